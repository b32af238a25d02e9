// How whole the side of a book is that an order would take.
#pragma once

#include <algorithm>
#include <cmath>

#include "depth.hpp"
#include "feature_state.hpp"
#include "features.hpp"
#include "fisher_rao.hpp"

namespace bybit_nt {

// A gap so many times the median one parts a side in two.
constexpr double kDisconnectedGaps = 10.0;

struct TopologyScore {
    // 1 - d / pi, d the Fisher-Rao distance between the depth shares now and 250 ms ago: 1 for a book that
    // stands still, 0 for one with nothing in common. NaN without both sides.
    double stability = kNaN;
    // Median gap over the largest one up to the level of the fill, at most 1: 1 for an even ladder or a fill
    // at the touch, 0 where the side does not fill the quantity.
    double connectivity = 0.0;
    // beta(Q) - beta(Q/2): how much steeper cost grows with size at Q than at its half. NaN without enough
    // depth.
    double curvature = kNaN;
    // Whether the side does not fill the quantity, or a gap before the fill is over 10 median ones.
    bool is_disconnected = true;
    // Of log(1 + size / reference queue) over the whole side.
    PersistenceSummary walls;
    PersistenceSummary holes;
    double strongest_wall = 0.0;  // before the level of the fill
};

inline TopologyScore topology_score(const FeatureState& state, const BookView& book, int sign,
                                    double quantity, std::uint64_t now_ns, Walls& walls) {
    TopologyScore score;
    const FloatSide& far = sign > 0 ? book.asks : book.bids;
    const double unit = state.reference_queue();
    score.walls = walls.walls(far, unit);
    score.holes = walls.holes(far, unit);
    if (!state.has_mid || !book.two_sided()) {
        return score;
    }
    const Shares* past = state.past_shares(std::max(now_ns, state.last_ns), kFisherRaoNs);
    if (past != nullptr) {
        const double distance = fisher_rao(depth_shares(book.bids, book.asks), *past);
        score.stability = std::clamp(1.0 - distance / kFarthestShares, 0.0, 1.0);
    }
    const std::array<double, 3> asked{quantity / 2.0, quantity, 2.0 * quantity};
    std::array<Taken, 3> taken;
    take(far, sign, state.mid, asked.data(), asked.size(), taken.data());
    if (!taken[1].complete) {
        return score;
    }
    score.curvature = impact_exponent(taken[1], taken[2]) - impact_exponent(taken[0], taken[1]);
    const double largest = largest_gap(far, taken[1].fill);
    score.connectivity = largest > 0.0 ? std::min(1.0, median_gap(far) / largest) : 1.0;
    score.is_disconnected = score.connectivity * kDisconnectedGaps < 1.0;
    score.strongest_wall = walls.strongest_before(far, taken[1].fill, unit);
    return score;
}

}  // namespace bybit_nt
