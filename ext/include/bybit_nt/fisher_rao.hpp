// Distance between two ways of spreading depth over the same places. Shares under the Fisher metric are a
// sphere of radius 2, whose curvature is 1/4 wherever one looks: only the distance says anything about a
// book.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace bybit_nt {

constexpr double kPi = 3.14159265358979323846;

// The farthest two spreads can be apart: with no place in common.
constexpr double kFarthestShares = kPi;

// 2 arccos(sum sqrt(p q)) of the shares of two non-negative vectors, given as roots of shares. Through the
// chord, which keeps every digit where the two are close.
inline double fisher_rao_of_roots(const double* first, const double* second, std::size_t count) noexcept {
    double squares = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        const double apart = first[i] - second[i];
        squares += apart * apart;
    }
    return std::min(kFarthestShares, 4.0 * std::asin(std::min(1.0, 0.5 * std::sqrt(squares))));
}

// Writes the roots of the shares; false, and zeros, where there is nothing to share.
inline bool roots_of_shares(const double* amounts, std::size_t count, double* roots) noexcept {
    double total = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        total += amounts[i];
    }
    if (!(total > 0.0) || !std::isfinite(total)) {
        std::fill(roots, roots + count, 0.0);
        return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
        roots[i] = std::sqrt(amounts[i] / total);
    }
    return true;
}

}  // namespace bybit_nt
