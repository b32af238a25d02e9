// The features of an order, in the order of the Python reference, which holds their definitions.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "feature_state.hpp"

namespace bybit_nt {

constexpr std::size_t kFeatureCount = 41;
using Features = std::array<double, kFeatureCount>;

constexpr double kFeatureHorizonSecs = 0.1;
constexpr std::uint64_t kFisherRaoNs = 250'000'000;
constexpr double kLeastVolatility = 1e-3;
// Reach of near and wide depth beyond half the spread, in volatilities over one second.
constexpr double kNearReach = 1.0;
constexpr double kWideReach = 4.0;

// What the scale of a forecast's error is made of, bps.
struct CostScale {
    double volatility = kNaN;  // over 10 s, per root of a second
    double stray_bps = kNaN;
    double half_spread_bps = kNaN;

    double over(double secs) const noexcept {
        return volatility * std::sqrt(secs) + 0.25 * stray_bps + 0.02 * half_spread_bps;
    }
};

struct FeatureVector {
    bool known = false;  // False where a side is empty or the far side does not fill the quantity
    Features values;
    double walk_bps = kNaN;
    double twice_bps = kNaN;  // the walk of twice the quantity
    CostScale scale;
};

namespace detail {

inline double signed_log(double x) noexcept { return x >= 0.0 ? std::log(1.0 + x) : -std::log(1.0 - x); }

inline double imbalance(double own, double far) noexcept {
    const double total = own + far;
    return total > 0.0 ? (own - far) / total : 0.0;
}

inline double log_share(double depth, double quantity, double queue) noexcept {
    return std::log((depth + 0.01 * (quantity + queue)) / quantity);
}

struct Deviations {
    bool known = false;
    double fast = 0.0;
    double slow = 0.0;
    double stray = 0.0;
};

// The walks that the features of one order need: of the two notionals of the grid around it, and of half,
// once and twice its quantity, all in one pass over the side.
struct OrderWalks {
    Taken half, once, twice, low, high;
    std::size_t lower = 0;
    double share = 0.0;

    OrderWalks(const FeatureState& state, const FloatSide& far, int sign, double quantity) noexcept {
        const auto& grid = notional_grid();
        const double decades = std::log(state.notional(quantity)) - std::log(grid[0]);
        const double place = std::clamp(decades / (std::log(10.0) / 2.0), 0.0, kGridSize - 1.0);
        lower = std::min(static_cast<std::size_t>(place), kGridSize - 2);
        share = place - static_cast<double>(lower);
        const std::array<double, 5> asked{quantity / 2.0, quantity, 2.0 * quantity,
                                          state.quantity_of(grid[lower]), state.quantity_of(grid[lower + 1])};
        const std::array<Taken*, 5> targets{&half, &once, &twice, &low, &high};
        std::array<std::size_t, 5> order{0, 1, 2, 3, 4};
        std::sort(order.begin(), order.end(),
                  [&](std::size_t left, std::size_t right) { return asked[left] < asked[right]; });
        std::array<double, 5> ascending;
        for (std::size_t i = 0; i < order.size(); ++i) {
            ascending[i] = asked[order[i]];
        }
        std::array<Taken, 5> taken;
        take(far, sign, state.mid, ascending.data(), ascending.size(), taken.data());
        for (std::size_t i = 0; i < order.size(); ++i) {
            *targets[order[i]] = taken[i];
        }
    }

    // Between the two notionals; where one of them cannot be walked or has no average yet, the other alone
    // counts.
    Deviations deviations(const FeatureState& state, int sign) const noexcept {
        const auto& averages = state.walks[sign > 0 ? 0 : 1];
        const Deviations below = at(averages[lower], low);
        const Deviations above = at(averages[lower + 1], high);
        if (!below.known || !above.known) {
            return below.known ? below : above;
        }
        return {true, below.fast + share * (above.fast - below.fast),
                below.slow + share * (above.slow - below.slow),
                below.stray + share * (above.stray - below.stray)};
    }

  private:
    static Deviations at(const WalkAverages& averages, const Taken& taken) noexcept {
        if (!taken.complete || !averages.slow.known()) {
            return {};
        }
        const double cost = taken.cost_bps;
        return {true, cost - averages.fast.value(cost), cost - averages.slow.value(cost),
                averages.stray.value(0.0)};
    }
};

// Fills a vector from front to back.
class FeatureWriter {
  public:
    explicit FeatureWriter(Features& values) : values_(values) {}
    FeatureWriter& operator<<(double value) noexcept {
        values_[at_++] = value;
        return *this;
    }
    std::size_t written() const noexcept { return at_; }

  private:
    Features& values_;
    std::size_t at_ = 0;
};

inline double volatility(const FeatureState& state, std::size_t index) noexcept {
    return std::max(std::sqrt(state.variances[index].value(0.0)), kLeastVolatility);
}

// The log of how many seconds a best level lasts at the rate of trades against it over 10 s.
inline double queue_life(double best, double hits, double queue) noexcept {
    return std::log((best + 0.01 * queue) / (hits / kSlowTau + 0.01 * queue));
}

}  // namespace detail

// One order's features; the parts are the groups of the reference.
class FeatureMaker {
  public:
    explicit FeatureMaker(Walls& walls) : walls_(walls) {}

    void make(const FeatureState& state, const BookView& book, int sign, double quantity,
              std::uint64_t now_ns, FeatureVector& out) {
        out.known = false;
        if (!state.has_mid || !state.started || !book.two_sided()) {
            return;
        }
        const FloatSide& own = sign > 0 ? book.bids : book.asks;
        const FloatSide& far = sign > 0 ? book.asks : book.bids;
        const detail::OrderWalks walks(state, far, sign, quantity);
        if (!walks.once.complete) {
            return;
        }
        const detail::Deviations deviations = walks.deviations(state, sign);
        const double half_spread =
            std::max(kBps * (book.asks.best().price - book.bids.best().price) / 2.0 / state.mid, 0.0);
        out.known = true;
        out.walk_bps = walks.once.cost_bps;
        out.twice_bps = walks.twice.cost_bps;
        out.scale = {detail::volatility(state, 1), deviations.stray, half_spread};
        const Order order{state,
                          own,
                          far,
                          walks,
                          deviations,
                          out.scale,
                          sign,
                          quantity,
                          std::max(now_ns, state.last_ns),
                          EventDecays::over(state.secs_to(now_ns)),
                          out.scale.over(kFeatureHorizonSecs),
                          state.reference_queue(),
                          depth_within(own, state.mid, half_spread + kNearReach * out.scale.volatility,
                                       half_spread + kWideReach * out.scale.volatility),
                          depth_within(far, state.mid, half_spread + kNearReach * out.scale.volatility,
                                       half_spread + kWideReach * out.scale.volatility)};
        detail::FeatureWriter write(out.values);
        write_flow(order, write);
        write_queues(order, write);
        write_depth(order, write);
        write_shape(order, write);
    }

  private:
    struct Order {
        const FeatureState& state;
        const FloatSide& own;
        const FloatSide& far;
        const detail::OrderWalks& walks;
        const detail::Deviations& deviations;
        const CostScale& scale;
        int sign;
        double quantity;
        std::uint64_t now_ns;
        EventDecays decays;
        double u;
        double q;
        NearAndWide own_depth;
        NearAndWide far_depth;
    };

    static void write_flow(const Order& order, detail::FeatureWriter& write) {
        using detail::signed_log;
        const FeatureState& state = order.state;
        const double sign = order.sign;
        const double best = detail::imbalance(order.own.best().size, order.far.best().size);
        write << best << detail::imbalance(first_sizes(order.own, 5), first_sizes(order.far, 5))
              << detail::imbalance(order.own_depth.wide, order.far_depth.wide)
              << order.scale.half_spread_bps * best / order.u;
        for (std::size_t i = 0; i < kFlowSpans; ++i) {
            write << signed_log(sign * (state.order_flow[i].total * order.decays.flow[i]) / order.q);
        }
        for (std::size_t i = 0; i < kFlowSpans; ++i) {
            write << signed_log(sign * (state.trade_flow[i].total * order.decays.flow[i]) / order.q);
        }
        for (std::size_t i = 0; i < kFlowSpans; ++i) {
            const double average = state.secs_to(order.now_ns) > 0.0
                                       ? state.log_mids[i].after(state.log_mid, order.decays.flow[i])
                                       : state.log_mids[i].average;
            write << signed_log(sign * kBps * (state.log_mid - average) / order.u);
        }
        write << (state.has_fresh_price
                      ? signed_log(sign * kBps * std::log(state.fresh_price / state.mid) / order.u)
                      : 0.0)
              << signed_log(sign * state.fresh_flow / order.q) << signed_log(order.deviations.fast / order.u)
              << signed_log(order.deviations.slow / order.u)
              << signed_log(order.walks.once.cost_bps / order.u);
    }

    static void write_queues(const Order& order, detail::FeatureWriter& write) {
        const FeatureState& state = order.state;
        const double q = order.q;
        const auto rate = [&](std::size_t index, double decay) {
            return state.trade_counts[index].total * decay / kActivityTaus[index] + 0.1;
        };
        const double moved_secs = static_cast<double>(order.now_ns - state.moved_ns) * kNano;
        // Buys consume asks: of a buy they hit the far side, and sells the own one.
        const double hits_far = state.hits[order.sign > 0 ? 0 : 1].total * order.decays.slow;
        const double hits_own = state.hits[order.sign > 0 ? 1 : 0].total * order.decays.slow;
        write << detail::signed_log(order.scale.half_spread_bps / order.u)
              << std::log(0.01 + order.own.best().size / q) << std::log(0.01 + order.far.best().size / q)
              << std::log(order.scale.volatility)
              << std::log(detail::volatility(state, 0) / detail::volatility(state, 2))
              << std::log(rate(0, order.decays.flow[2]) / rate(1, order.decays.count))
              << std::log(0.01 + moved_secs) << detail::queue_life(order.own.best().size, hits_own, q)
              << detail::queue_life(order.far.best().size, hits_far, q);
    }

    static void write_depth(const Order& order, detail::FeatureWriter& write) {
        using detail::log_share;
        const double quantity = order.quantity;
        const double q = order.q;
        write << log_share(order.far_depth.near, quantity, q) << log_share(order.far_depth.wide, quantity, q)
              << log_share(order.own_depth.near, quantity, q) << log_share(order.own_depth.wide, quantity, q)
              << detail::signed_log(order.walks.once.room / q);
    }

    void write_shape(const Order& order, detail::FeatureWriter& write) {
        const FeatureState& state = order.state;
        const FloatSide& far = order.far;
        const double exponent = impact_exponent(order.walks.once, order.walks.twice);
        const Shares* past = state.past_shares(order.now_ns, kFisherRaoNs);
        const FloatSide& bids = order.sign > 0 ? order.own : order.far;
        const FloatSide& asks = order.sign > 0 ? order.far : order.own;
        const std::size_t fill = order.walks.once.fill;
        const double median = median_gap(far);
        write << exponent << exponent - impact_exponent(order.walks.half, order.walks.once)
              << (past == nullptr ? 0.0 : fisher_rao(depth_shares(bids, asks), *past))
              << (median > 0.0 ? std::log(1.0 + largest_gap(far, fill) / median) : 0.0)
              << (fill + 1 < far.size()
                      ? detail::signed_log(kBps * gap_after(far, fill) / state.mid / order.u)
                      : 0.0)
              << walls_.strongest_before(far, fill, order.q);
    }

    Walls& walls_;
};

}  // namespace bybit_nt
