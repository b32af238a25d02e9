// The depth surface f(x, t) = log(1 + D(x) / D0) of one side: D the size within an offset of the best price,
// x the log of that offset in volatilities over one second, t in seconds, D0 the average of D(0) over 10 s.
// Both axes are fixed, as the curvature of a surface depends on their scale. Rows are the book as it was at
// whole tenths of a second.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "averages.hpp"
#include "curvature.hpp"
#include "depth.hpp"

namespace bybit_nt {

constexpr std::uint64_t kSurfaceStepNs = 100'000'000;
constexpr double kSurfaceStepSecs = 0.1;
constexpr double kSurfaceStepX = 0.5;  // from one column to the next the offset grows by exp(0.5)
constexpr double kSurfaceTau = 10.0;

class DepthSurface {
  public:
    using Row = std::array<double, kCurvatureColumns>;

    // Takes the rows that fell due since the last event; `side` and the volatility (bps over a second) are
    // what held until now.
    void pass_time(std::uint64_t now_ns, const FloatSide& side, double volatility_bps) noexcept {
        const std::uint64_t slot = now_ns / kSurfaceStepNs;
        if (!started_ || slot <= slot_) {
            slot_ = started_ ? slot_ : slot;
            started_ = true;
            return;
        }
        const std::uint64_t due = slot - slot_;
        slot_ = slot;
        const Row row = row_of(side, volatility_bps);
        const double decay = std::exp(-static_cast<double>(due) * kSurfaceStepSecs / kSurfaceTau);
        depth_.add(row[1], decay);
        for (std::uint64_t i = 0; i < due && i < kCurvatureRows; ++i) {
            rows_[count_ % kCurvatureRows] = row;
            ++count_;
        }
    }

    // At offset one volatility and the newest row; NaN before the fourth row, or of a side without depth.
    Curvature curvature() const noexcept {
        if (count_ < kCurvatureRows || !(depth_.value(0.0) > 0.0)) {
            return {kNaN, kNaN};
        }
        std::array<Row, kCurvatureRows> logs;
        CurvatureStencil stencil{};
        for (std::size_t back = 0; back < kCurvatureRows; ++back) {
            const Row& row = rows_[(count_ - 1 - back) % kCurvatureRows];
            for (std::size_t column = 0; column < row.size(); ++column) {
                logs[back][column] = std::log1p(row[column] / depth_.value(1.0));
            }
            stencil[back] = &logs[back][1];
        }
        return curvature_of(derivatives_at(stencil, kSurfaceStepX, kSurfaceStepSecs));
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(started_, slot_, count_, rows_, depth_);
    }

  private:
    static Row row_of(const FloatSide& side, double volatility_bps) noexcept {
        Row row{};
        if (side.empty()) {
            return row;
        }
        const double best = side.best().price;
        const double unit = best * volatility_bps / kBps;
        static const double step = std::exp(kSurfaceStepX);
        const Row reach{unit / step, unit, unit * step};
        for (std::size_t depth = 0; depth < side.size(); ++depth) {
            const Point& level = side.at_depth(depth);
            const double away = std::abs(level.price - best);
            if (away > reach.back()) {
                break;
            }
            for (std::size_t column = 0; column < row.size(); ++column) {
                row[column] += away <= reach[column] ? level.size : 0.0;
            }
        }
        return row;
    }

    bool started_ = false;
    std::uint64_t slot_ = 0;
    std::uint64_t count_ = 0;
    std::array<Row, kCurvatureRows> rows_{};
    SampledAverage depth_;
};

}  // namespace bybit_nt
