// What the features remember of one instrument.
//
// Rules of time: an event counts at its own time, or at the latest time seen if that is later. Every event
// with time passed since the last one first lets all sums and averages pass that time, then applies itself. A
// sample is taken at a book event with both sides present, once 50 ms have passed since the last one; it
// closes the span in between.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "averages.hpp"
#include "depth.hpp"

namespace bybit_nt {

constexpr double kNano = 1e-9;
constexpr std::size_t kFlowSpans = 4;  // 0.1, 0.5, 1 and 5 s
constexpr std::size_t kGridSize = 9;
constexpr std::size_t kSharesKept = 8;
constexpr std::uint64_t kSampleNs = 50'000'000;

inline constexpr std::array<double, kFlowSpans> kFlowTaus{0.1, 0.5, 1.0, 5.0};
inline constexpr double kFastTau = 1.0;    // walks, counts of trades
inline constexpr double kSlowTau = 10.0;   // walks, volatility, queues, hits
inline constexpr double kCountTau = 30.0;  // counts of trades, the long ones
inline constexpr std::array<double, 2> kActivityTaus{kFastTau, kCountTau};
inline constexpr std::array<double, 3> kVolatilityTaus{2.0, kSlowTau, 60.0};

// Notionals whose walks are averaged: half-decades from 1,000 to 10,000,000 quote units.
inline const std::array<double, kGridSize>& notional_grid() noexcept {
    static const std::array<double, kGridSize> grid = [] {
        std::array<double, kGridSize> values{};
        for (std::size_t k = 0; k < kGridSize; ++k) {
            values[k] = std::pow(10.0, 3.0 + static_cast<double>(k) / 2.0);
        }
        return values;
    }();
    return grid;
}

// What a contract is worth: quote notional of one unit of quantity at price 1, or at any price if inverse.
struct Contract {
    double multiplier = 1.0;
    bool is_inverse = false;

    double unit_notional(double mid) const noexcept { return multiplier * (is_inverse ? 1.0 : mid); }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(multiplier, is_inverse);
    }
};

// How much of the past is left after a span, for each time constant that sums and averages share.
struct EventDecays {
    std::array<double, kFlowSpans> flow{1.0, 1.0, 1.0, 1.0};
    double slow = 1.0;
    double count = 1.0;

    static EventDecays over(double secs) noexcept {
        EventDecays decays;
        if (secs > 0.0) {
            for (std::size_t i = 0; i < kFlowSpans; ++i) {
                decays.flow[i] = std::exp(-secs / kFlowTaus[i]);
            }
            decays.slow = std::exp(-secs / kSlowTau);
            decays.count = std::exp(-secs / kCountTau);
        }
        return decays;
    }
};

// The walk of one side at one notional: its averages, and how far it strays from the slow one.
struct WalkAverages {
    SampledAverage fast;
    SampledAverage slow;
    SampledAverage stray;

    void add(double cost_bps, double fast_decay, double slow_decay) noexcept {
        stray.add(std::abs(cost_bps - slow.value(cost_bps)), slow_decay);
        fast.add(cost_bps, fast_decay);
        slow.add(cost_bps, slow_decay);
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(fast, slow, stray);
    }
};

struct PastShares {
    std::uint64_t at_ns = 0;
    Shares shares{};

    template <typename Archive>
    void visit(Archive& archive) {
        archive(at_ns, shares);
    }
};

// How much size joined the best level of a side; `sign` is 1 for bids. (Cont, Kukanov, Stoikov 2014.)
inline double best_level_flow(bool both, const Point& before, const Point& after, int sign) noexcept {
    if (!both) {
        return 0.0;
    }
    const double step = sign * (after.price - before.price);
    return (step >= 0.0 ? after.size : 0.0) - (step <= 0.0 ? before.size : 0.0);
}

struct BookView {
    const FloatSide& bids;
    const FloatSide& asks;
    bool two_sided() const noexcept { return !bids.empty() && !asks.empty(); }
};

struct FeatureState {
    Contract contract;
    bool started = false;
    std::uint64_t last_ns = 0;
    bool has_mid = false;
    double mid = 0.0;
    double log_mid = 0.0;
    bool has_bid = false;
    bool has_ask = false;
    Point best_bid{0.0, 0.0};
    Point best_ask{0.0, 0.0};
    std::array<DecayingSum, kFlowSpans> order_flow;
    std::array<DecayingSum, kFlowSpans> trade_flow;
    std::array<DecayingSum, 2> hits;  // by buys, by sells
    std::array<DecayingSum, 2> trade_counts;
    bool has_log_mids = false;
    std::array<HeldAverage, kFlowSpans> log_mids;
    std::array<SampledAverage, 3> variances;
    SampledAverage queue;
    std::array<std::array<WalkAverages, kGridSize>, 2> walks;  // of buys, of sells
    std::array<PastShares, kSharesKept> past;
    std::uint64_t past_count = 0;
    std::uint64_t moved_ns = 0;
    double fresh_flow = 0.0;
    bool has_fresh_price = false;
    double fresh_price = 0.0;
    bool has_sample = false;
    std::uint64_t sampled_ns = 0;
    double sampled_log_mid = 0.0;

    void on_trade(std::uint64_t ts_ns, bool is_buy, double price, double size) noexcept {
        advance(ts_ns);
        const double signed_size = is_buy ? size : -size;
        for (DecayingSum& flow : trade_flow) {
            flow.total += signed_size;
        }
        for (DecayingSum& count : trade_counts) {
            count.total += 1.0;
        }
        hits[is_buy ? 0 : 1].total += size;
        fresh_flow += signed_size;
        fresh_price = price;
        has_fresh_price = true;
    }

    // The book as it is after a whole message; trades before it are no longer fresh.
    void on_book(std::uint64_t ts_ns, const BookView& book) noexcept {
        advance(ts_ns);
        const bool bid_now = !book.bids.empty();
        const bool ask_now = !book.asks.empty();
        const Point bid = bid_now ? book.bids.best() : Point{0.0, 0.0};
        const Point ask = ask_now ? book.asks.best() : Point{0.0, 0.0};
        const double change = best_level_flow(has_bid && bid_now, best_bid, bid, 1) -
                              best_level_flow(has_ask && ask_now, best_ask, ask, -1);
        for (DecayingSum& flow : order_flow) {
            flow.total += change;
        }
        has_bid = bid_now;
        has_ask = ask_now;
        best_bid = bid;
        best_ask = ask;
        fresh_flow = 0.0;
        has_fresh_price = false;
        take_mid();
        if (has_mid) {
            sample(book);
        }
    }

    double secs_to(std::uint64_t now_ns) const noexcept {
        return started && now_ns > last_ns ? static_cast<double>(now_ns - last_ns) * kNano : 0.0;
    }

    double notional(double quantity) const noexcept {
        return quantity * contract.multiplier * (contract.is_inverse ? 1.0 : mid);
    }
    double quantity_of(double quote_notional) const noexcept {
        return quote_notional / contract.unit_notional(mid);
    }
    double reference_queue() const noexcept { return queue.value(1.0); }

    // The shares of the newest sample at least so old, else of the oldest kept; null without any.
    const Shares* past_shares(std::uint64_t now_ns, std::uint64_t age_ns) const noexcept {
        const std::uint64_t kept = std::min<std::uint64_t>(past_count, kSharesKept);
        for (std::uint64_t back = 1; back <= kept; ++back) {
            const PastShares& sample = past[(past_count - back) % kSharesKept];
            if (now_ns >= age_ns && sample.at_ns <= now_ns - age_ns) {
                return &sample.shares;
            }
        }
        return kept == 0 ? nullptr : &past[(past_count - kept) % kSharesKept].shares;
    }

    // Restored memory is that of the restored book, or none.
    template <typename Reader>
    void check(const BookView& book, Reader&&) {
        const bool usable = contract.multiplier > 0.0 && std::isfinite(contract.multiplier);
        std::decay_t<Reader>::require(usable, "a contract's multiplier that is not above 0");
        const bool same = has_bid == !book.bids.empty() && has_ask == !book.asks.empty() &&
                          has_mid == book.two_sided() && (!has_mid || has_log_mids);
        std::decay_t<Reader>::require(same, "features of another book");
        best_bid = has_bid ? book.bids.best() : Point{0.0, 0.0};
        best_ask = has_ask ? book.asks.best() : Point{0.0, 0.0};
        mid = has_mid ? (best_bid.price + best_ask.price) / 2.0 : 0.0;
        log_mid = has_mid ? std::log(mid) : 0.0;
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(contract, started, last_ns, has_mid, mid, log_mid, has_bid, has_ask);
        archive(best_bid.price, best_bid.size, best_ask.price, best_ask.size);
        archive(order_flow, trade_flow, hits, trade_counts, has_log_mids, log_mids, variances, queue);
        archive(walks, past, past_count, moved_ns, fresh_flow, has_fresh_price, fresh_price);
        archive(has_sample, sampled_ns, sampled_log_mid);
    }

  private:
    void advance(std::uint64_t ts_ns) noexcept {
        const double secs = secs_to(ts_ns);
        last_ns = started ? std::max(last_ns, ts_ns) : ts_ns;
        started = true;
        if (secs <= 0.0) {
            return;
        }
        const EventDecays decays = EventDecays::over(secs);
        for (std::size_t i = 0; i < kFlowSpans; ++i) {
            order_flow[i].total *= decays.flow[i];
            trade_flow[i].total *= decays.flow[i];
            if (has_mid) {
                log_mids[i].average = log_mids[i].after(log_mid, decays.flow[i]);
            }
        }
        hits[0].total *= decays.slow;
        hits[1].total *= decays.slow;
        trade_counts[0].total *= decays.flow[2];
        trade_counts[1].total *= decays.count;
    }

    void take_mid() noexcept {
        const bool had_mid = has_mid;
        const double before = mid;
        has_mid = has_bid && has_ask;
        mid = has_mid ? (best_bid.price + best_ask.price) / 2.0 : 0.0;
        if (has_mid != had_mid || mid != before) {
            moved_ns = last_ns;
            log_mid = has_mid ? std::log(mid) : 0.0;
        }
        if (has_mid && !has_log_mids) {
            log_mids.fill({log_mid});
            has_log_mids = true;
        }
    }

    void sample(const BookView& book) noexcept {
        if (has_sample && last_ns - sampled_ns < kSampleNs) {
            return;
        }
        // The first sample closes no span; it counts as one of the shortest.
        const double secs = static_cast<double>(has_sample ? last_ns - sampled_ns : kSampleNs) * kNano;
        if (has_sample) {
            const double moved = kBps * (log_mid - sampled_log_mid);
            for (std::size_t i = 0; i < variances.size(); ++i) {
                variances[i].add(moved * moved / secs, std::exp(-secs / kVolatilityTaus[i]));
            }
        }
        has_sample = true;
        sampled_ns = last_ns;
        sampled_log_mid = log_mid;
        const double fast = std::exp(-secs / kFastTau);
        const double slow = std::exp(-secs / kSlowTau);
        queue.add((best_bid.size + best_ask.size) / 2.0, slow);
        past[past_count % kSharesKept] = {last_ns, depth_shares(book.bids, book.asks)};
        ++past_count;
        sample_walks(book.asks, 1, walks[0], fast, slow);
        sample_walks(book.bids, -1, walks[1], fast, slow);
    }

    void sample_walks(const FloatSide& side, int sign, std::array<WalkAverages, kGridSize>& averages,
                      double fast, double slow) const noexcept {
        std::array<double, kGridSize> quantities;
        std::array<Taken, kGridSize> taken;
        for (std::size_t k = 0; k < kGridSize; ++k) {
            quantities[k] = quantity_of(notional_grid()[k]);
        }
        take(side, sign, mid, quantities.data(), kGridSize, taken.data());
        for (std::size_t k = 0; k < kGridSize && taken[k].complete; ++k) {
            averages[k].add(taken[k].cost_bps, fast, slow);
        }
    }
};

}  // namespace bybit_nt
