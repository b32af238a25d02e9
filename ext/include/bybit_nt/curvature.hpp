// Gaussian and mean curvature of a surface f(x, t) that becomes known row by row: derivatives in time look
// back only. Of second order in both steps: the error falls with their squares.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace bybit_nt {

struct Curvature {
    double gaussian;
    double mean;
};

// First and second derivatives at one point.
struct Derivatives {
    double x;
    double t;
    double xx;
    double xt;
    double tt;
};

// Rows a second derivative in time needs, and columns one in x needs.
constexpr std::size_t kCurvatureRows = 4;
constexpr std::size_t kCurvatureColumns = 3;

// K = (f_xx f_tt - f_xt^2) / W^2, H = ((1 + f_t^2) f_xx - 2 f_x f_t f_xt + (1 + f_x^2) f_tt) / (2 W^(3/2)),
// W = 1 + f_x^2 + f_t^2, for the graph of f in the metric dx^2 + dt^2 + df^2.
inline Curvature curvature_of(const Derivatives& f) noexcept {
    const double gradient = 1.0 + f.x * f.x + f.t * f.t;
    const double mean = (1.0 + f.t * f.t) * f.xx - 2.0 * f.x * f.t * f.xt + (1.0 + f.x * f.x) * f.tt;
    return {(f.xx * f.tt - f.xt * f.xt) / (gradient * gradient),
            mean / (2.0 * gradient * std::sqrt(gradient))};
}

// Each row points at the middle column of three; row 0 is the newest, row 3 three steps older.
using CurvatureStencil = std::array<const double*, kCurvatureRows>;

inline Derivatives derivatives_at(const CurvatureStencil& rows, double dx, double dt) noexcept {
    const auto slope = [&](std::size_t row) { return (rows[row][1] - rows[row][-1]) / (2.0 * dx); };
    const auto backward = [&](double now, double before, double older) {
        return (3.0 * now - 4.0 * before + older) / (2.0 * dt);
    };
    Derivatives f{};
    f.x = slope(0);
    f.xx = (rows[0][1] - 2.0 * rows[0][0] + rows[0][-1]) / (dx * dx);
    f.t = backward(rows[0][0], rows[1][0], rows[2][0]);
    f.tt = (2.0 * rows[0][0] - 5.0 * rows[1][0] + 4.0 * rows[2][0] - rows[3][0]) / (dt * dt);
    f.xt = backward(slope(0), slope(1), slope(2));
    return f;
}

// Curvature of a grid of `rows` times `columns` values, time first and oldest first, wherever the stencil
// fits: (rows - 3) times (columns - 2) values each.
inline void surface_curvature(const double* grid, std::size_t rows, std::size_t columns, double dx, double dt,
                              double* gaussian, double* mean) noexcept {
    if (rows < kCurvatureRows || columns < kCurvatureColumns) {
        return;
    }
    std::size_t out = 0;
    for (std::size_t row = kCurvatureRows - 1; row < rows; ++row) {
        for (std::size_t column = 1; column + 1 < columns; ++column) {
            const double* const newest = grid + row * columns + column;
            const CurvatureStencil stencil{newest, newest - columns, newest - 2 * columns,
                                           newest - 3 * columns};
            const Curvature found = curvature_of(derivatives_at(stencil, dx, dt));
            gaussian[out] = found.gaussian;
            mean[out] = found.mean;
            ++out;
        }
    }
}

}  // namespace bybit_nt
