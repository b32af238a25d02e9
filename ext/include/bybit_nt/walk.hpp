// What an aggressive order would pay if it met the book as it stands.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "book.hpp"

namespace bybit_nt {

enum class Side { kBuy = 1, kSell = 2 };

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kBps = 1e4;

struct Walk {
    bool sufficient = false;
    double filled_quantity = 0.0;
    double average_price = kNaN;
    double worst_price = kNaN;
    double slippage_mid_bps = kNaN;
    double slippage_touch_bps = kNaN;
    std::int64_t levels_used = 0;
    double mid = kNaN;
    double best_bid = kNaN;
    double best_ask = kNaN;
};

namespace detail {

struct Fill {
    bool complete = false;
    Raw filled = 0;
    Raw worst = 0;
    std::size_t levels = 0;
    // Sum of size * distance from the touch: terms of one sign, so nothing cancels.
    double excess = 0.0;
};

template <BookSide kSide>
Fill fill(const Ladder<kSide>& ladder, const Quantity& quantity) {
    Fill result;
    Raw remaining = quantity.raw;
    for (std::size_t depth = 0; depth < ladder.size(); ++depth) {
        const Level& level = ladder.at_depth(depth);
        const Raw away =
            kSide == BookSide::kAsk ? level.price - ladder.best().price : ladder.best().price - level.price;
        result.complete = remaining <= level.size + quantity.slack;
        const Raw taken = std::min(remaining, level.size);
        result.excess += static_cast<double>(taken) * static_cast<double>(away);
        result.filled += taken;
        result.worst = level.price;
        ++result.levels;
        if (result.complete) {
            break;
        }
        remaining -= taken;
    }
    return result;
}

}  // namespace detail

inline Walk walk(const Book& book, Side side, const Quantity& quantity) {
    Walk result;
    if (!book.bids.empty()) {
        result.best_bid = to_double(book.bids.best().price, book.price_precision);
    }
    if (!book.asks.empty()) {
        result.best_ask = to_double(book.asks.best().price, book.price_precision);
    }
    Raw twice_mid = 0;
    if (book.two_sided()) {
        twice_mid = book.bids.best().price + book.asks.best().price;
        result.mid = to_double(twice_mid, book.price_precision) / 2;
    }
    const bool buying = side == Side::kBuy;
    const detail::Fill fill = buying ? detail::fill(book.asks, quantity) : detail::fill(book.bids, quantity);
    result.levels_used = static_cast<std::int64_t>(fill.levels);
    if (!fill.complete) {
        result.filled_quantity = to_double(fill.filled, book.size_precision);
        return result;
    }
    const double touch = buying ? result.best_ask : result.best_bid;
    const double away = fill.excess / static_cast<double>(fill.filled);  // in 1e-16 of price
    result.sufficient = true;
    result.filled_quantity = quantity.value;
    result.average_price = touch + (buying ? away : -away) / kScale;
    result.worst_price = to_double(fill.worst, book.price_precision);
    result.slippage_touch_bps = away / kScale / touch * kBps;
    if (book.two_sided()) {
        const Raw spread = book.asks.best().price - book.bids.best().price;
        const double from_mid = static_cast<double>(spread) / 2 + away;
        result.slippage_mid_bps = from_mid / kScale / result.mid * kBps;
    }
    return result;
}

// beta(Q) = log2(w(2Q) / w(Q)), w the slippage against the mid; NaN where the book cannot tell.
inline double impact_exponent(const Book& book, Side side, const Quantity& quantity) {
    const double twice = 2 * quantity.value;
    if (!std::isfinite(twice)) {
        return kNaN;
    }
    const double once_bps = walk(book, side, quantity).slippage_mid_bps;
    const double twice_bps = walk(book, side, quantity_from_double(twice)).slippage_mid_bps;
    return once_bps > 0 && twice_bps > 0 ? std::log2(twice_bps / once_bps) : kNaN;
}

}  // namespace bybit_nt
