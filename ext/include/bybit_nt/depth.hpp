// What a side of a book costs to take and how its levels lie. A side is given best first; `sign` is 1 for a
// buy, which takes asks, and -1 for a sell.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "float_side.hpp"
#include "persistence.hpp"
#include "walk.hpp"

namespace bybit_nt {

constexpr std::size_t kWallLevels = 50;
constexpr std::size_t kGapLevels = 50;
constexpr std::size_t kShareLevels = 10;
// Impact exponent where the book does not hold twice the quantity: as steep as a linear cost.
constexpr double kExponentWithoutDepth = 1.0;
// Relative shortfall of depth that still counts as enough: the rounding of a sum of floats.
constexpr double kDepthSlack = 1e-12;

struct Taken {
    bool complete = false;
    double cost_bps = kNaN;  // average price against the mid, positive is worse for the taker
    std::size_t fill = 0;    // level at which the quantity is complete
    double room = 0.0;       // what that level still holds afterwards
};

// Walks a side once for several quantities, which ascend.
inline void take(const FloatSide& side, int sign, double mid, const double* quantities, std::size_t count,
                 Taken* out) noexcept {
    std::size_t next = 0;
    double held = 0.0;
    double excess = 0.0;
    for (std::size_t depth = 0; depth < side.size() && next < count; ++depth) {
        const Point& level = side.at_depth(depth);
        const double away = level.price - mid;
        const double until = held + level.size;
        for (; next < count && until >= quantities[next] * (1.0 - kDepthSlack); ++next) {
            const double quantity = quantities[next];
            const double total = excess + std::min(level.size, quantity - held) * away;
            out[next] = {true, sign * kBps * (total / quantity) / mid, depth,
                         std::max(until - quantity, 0.0)};
        }
        held = until;
        excess += level.size * away;
    }
    std::fill(out + next, out + count, Taken{});
}

inline Taken take(const FloatSide& side, int sign, double mid, double quantity) noexcept {
    Taken taken;
    take(side, sign, mid, &quantity, 1, &taken);
    return taken;
}

// log2(w(2Q) / w(Q)); 1 where the side does not hold 2Q, 0 where a cost is not above 0 or the side does not
// hold Q.
inline double impact_exponent(const Taken& once, const Taken& twice) noexcept {
    if (!once.complete || !(once.cost_bps > 0.0)) {
        return 0.0;
    }
    if (!twice.complete) {
        return kExponentWithoutDepth;
    }
    return twice.cost_bps > 0.0 ? std::log(twice.cost_bps / once.cost_bps) / std::log(2.0) : 0.0;
}

struct NearAndWide {
    double near;
    double wide;
};

// The sizes that lie at most so far from the mid.
inline NearAndWide depth_within(const FloatSide& side, double mid, double near_bps,
                                double wide_bps) noexcept {
    const double near_reach = mid * near_bps / kBps;
    const double wide_reach = mid * wide_bps / kBps;
    NearAndWide found{0.0, 0.0};
    bool is_near = true;
    for (std::size_t depth = 0; depth < side.size(); ++depth) {
        const Point& level = side.at_depth(depth);
        const double away = std::abs(level.price - mid);
        if (is_near && away > near_reach) {
            is_near = false;
        }
        if (away > wide_reach) {
            break;
        }
        found.near += is_near ? level.size : 0.0;
        found.wide += level.size;
    }
    return found;
}

// Sum of the sizes of the first levels.
inline double first_sizes(const FloatSide& side, std::size_t most) noexcept {
    double total = 0.0;
    for (std::size_t depth = 0; depth < std::min(most, side.size()); ++depth) {
        total += side.at_depth(depth).size;
    }
    return total;
}

inline double gap_after(const FloatSide& side, std::size_t depth) noexcept {
    return std::abs(side.at_depth(depth + 1).price - side.at_depth(depth).price);
}

// Median distance between neighbours among the first levels; 0 with fewer than two.
inline double median_gap(const FloatSide& side) noexcept {
    const std::size_t levels = std::min(side.size(), kGapLevels);
    if (levels < 2) {
        return 0.0;
    }
    std::array<double, kGapLevels> gaps;
    const std::size_t count = levels - 1;
    for (std::size_t i = 0; i < count; ++i) {
        gaps[i] = gap_after(side, i);
    }
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(count / 2);
    std::nth_element(gaps.begin(), middle, gaps.begin() + static_cast<std::ptrdiff_t>(count));
    return count % 2 == 1 ? *middle : (*std::max_element(gaps.begin(), middle) + *middle) / 2.0;
}

// Largest distance between neighbours up to the level of the fill; 0 for the first level.
inline double largest_gap(const FloatSide& side, std::size_t fill) noexcept {
    double largest = 0.0;
    for (std::size_t depth = 0; depth < fill; ++depth) {
        largest = std::max(largest, gap_after(side, depth));
    }
    return largest;
}

// Shares of the sizes of the first levels of both sides; their sum is 1.
using Shares = std::array<double, 2 * kShareLevels>;

inline Shares depth_shares(const FloatSide& bids, const FloatSide& asks) noexcept {
    Shares shares{};
    double total = 0.0;
    std::size_t at = 0;
    for (const FloatSide* side : {&bids, &asks}) {
        for (std::size_t depth = 0; depth < kShareLevels; ++depth, ++at) {
            shares[at] = depth < side->size() ? side->at_depth(depth).size : 0.0;
            total += shares[at];
        }
    }
    for (double& share : shares) {
        share /= total;
    }
    return shares;
}

// 2 acos(sum(sqrt(p q))): the reference's own sum, term by term, as it is what coefficients were fitted on.
inline double fisher_rao(const Shares& first, const Shares& second) noexcept {
    Shares products;
    for (std::size_t i = 0; i < first.size(); ++i) {
        products[i] = std::sqrt(first[i] * second[i]);
    }
    double overlap = 0.0;
    for (const double product : products) {
        overlap += product;
    }
    return 2.0 * std::acos(std::min(overlap, 1.0));
}

// Walls and holes of log(1 + size / unit) over a side's levels. The logarithm keeps the order of the sizes,
// so the bars are found on these and only their ends are taken to logs.
class Walls {
  public:
    // The longest bar of a wall that stands before the level of the fill, among the first levels.
    double strongest_before(const FloatSide& side, std::size_t fill, double unit) {
        load(side, std::min(side.size(), kWallLevels));
        double strongest = 1.0;
        for (const Bar& bar : machine_.superlevel(sizes_.data(), sizes_.size())) {
            if (bar.peak < fill) {
                strongest = std::max(strongest, (1.0 + bar.birth / unit) / (1.0 + bar.death / unit));
            }
        }
        return std::log(strongest);
    }

    PersistenceSummary walls(const FloatSide& side, double unit) {
        load(side, side.size());
        return in_logs(machine_.superlevel(sizes_.data(), sizes_.size()), unit);
    }

    PersistenceSummary holes(const FloatSide& side, double unit) {
        load(side, side.size());
        return in_logs(machine_.sublevel(sizes_.data(), sizes_.size()), unit);
    }

  private:
    void load(const FloatSide& side, std::size_t count) {
        sizes_.resize(count);
        for (std::size_t depth = 0; depth < count; ++depth) {
            sizes_[depth] = side.at_depth(depth).size;
        }
    }

    PersistenceSummary in_logs(const std::vector<Bar>& bars, double unit) {
        scaled_ = bars;
        for (Bar& bar : scaled_) {
            bar.birth = std::log(1.0 + bar.birth / unit);
            bar.death = std::log(1.0 + bar.death / unit);
        }
        return summarize(scaled_);
    }

    Persistence machine_;
    std::vector<double> sizes_;
    std::vector<Bar> scaled_;
};

}  // namespace bybit_nt
