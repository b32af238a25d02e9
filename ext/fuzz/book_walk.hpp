// Bytes become feeds of one book; after each the book is compared with maps and every walk must keep its
// promises.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <vector>

#include "bybit_nt/warden.hpp"

namespace bybit_nt::fuzz {

inline void require(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "broken: %s\n", what);
        std::abort();
    }
}

// Reads on past the end as zeros, so that every input is a program.
class Bytes {
  public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    bool empty() const { return at_ >= size_; }
    std::uint8_t next() { return at_ < size_ ? data_[at_++] : std::uint8_t{0}; }
    std::int64_t next64() {
        std::uint64_t value = 0;
        for (int i = 0; i < 8; ++i) {
            value = value << 8 | next();
        }
        return static_cast<std::int64_t>(value);
    }

  private:
    const std::uint8_t* data_;
    std::size_t size_;
    std::size_t at_ = 0;
};

struct Model {
    std::map<Raw, Raw, std::greater<>> bids;
    std::map<Raw, Raw> asks;
};

template <typename Side>
void set(Side& side, Raw price, Raw size) {
    if (size == 0) {
        side.erase(price);
    } else {
        side[price] = size;
    }
}

template <typename Ladder, typename Side>
void same(const Ladder& ladder, const Side& side) {
    require(ladder.size() == side.size(), "as many levels as the map");
    std::size_t depth = 0;
    for (const auto& [price, size] : side) {
        require(ladder.at_depth(depth++) == Level{price, size}, "the levels of the map, best first");
    }
}

template <typename Levels>
void keeps_promises(const Book& book, Side side, double asked, const Levels& opposite) {
    const Quantity quantity = quantity_from_double(asked);
    const Walk walked = walk(book, side, quantity);
    Raw depth = 0;
    for (const auto& level : opposite) {
        depth += level.second;
    }
    require(walked.sufficient == (depth > 0 && depth + quantity.slack >= quantity.raw),
            "sufficient iff the depth fills it");
    if (!walked.sufficient) {
        require(std::isnan(walked.average_price) && std::isnan(walked.worst_price), "no price without depth");
        require(std::isnan(walked.slippage_mid_bps) && std::isnan(walked.slippage_touch_bps),
                "no cost without depth");
        require(walked.levels_used == static_cast<std::int64_t>(opposite.size()), "all levels were seen");
        return;
    }
    const double touch = side == Side::kBuy ? walked.best_ask : walked.best_bid;
    const double slack = 1e-12 * std::max(touch, walked.worst_price);
    require(walked.filled_quantity == asked, "filled what was asked");
    require(walked.levels_used >= 1 && walked.levels_used <= static_cast<std::int64_t>(opposite.size()),
            "levels exist");
    require(walked.slippage_touch_bps >= 0, "never better than the touch");
    require(walked.average_price >= std::min(touch, walked.worst_price) - slack, "average inside the prices");
    require(walked.average_price <= std::max(touch, walked.worst_price) + slack, "average inside the prices");
    require(std::isnan(walked.slippage_mid_bps) == !book.two_sided(), "a mid needs two sides");
    const Walk half = walk(book, side, quantity_from_double(asked / 2 > 1e-15 ? asked / 2 : asked));
    require(half.sufficient && half.slippage_touch_bps <= walked.slippage_touch_bps * (1 + 1e-9),
            "more costs no less");
    const double exponent = impact_exponent(book, side, quantity);
    require(std::isnan(exponent) || std::isfinite(exponent), "an exponent is a number or none");
}

struct Feed {
    std::vector<std::int64_t> bid_prices, bid_sizes, ask_prices, ask_sizes;
    int price_precision;
    int size_precision;
};

inline Feed read_feed(Bytes& bytes) {
    Feed feed;
    feed.price_precision = bytes.next() % 19 - 1;
    feed.size_precision = bytes.next() % 17;
    const int count = bytes.next() % 24;
    const bool wild = bytes.next() % 16 == 0;
    for (int i = 0; i < count; ++i) {
        const bool bid = bytes.next() % 2 == 0;
        (bid ? feed.bid_prices : feed.ask_prices).push_back(wild ? bytes.next64() : bytes.next() % 40 + 1);
        (bid ? feed.bid_sizes : feed.ask_sizes).push_back(wild ? bytes.next64() : bytes.next() % 5);
    }
    return feed;
}

inline void step(Warden& warden, Model& model, Bytes& bytes) {
    const bool snapshot = bytes.next() % 4 == 0;
    const Feed feed = read_feed(bytes);
    const SideArrays bids{feed.bid_prices.data(), feed.bid_prices.size(), feed.bid_sizes.data(),
                          feed.bid_sizes.size(),  "bid_prices",           "bid_sizes"};
    const SideArrays asks{feed.ask_prices.data(), feed.ask_prices.size(), feed.ask_sizes.data(),
                          feed.ask_sizes.size(),  "ask_prices",           "ask_sizes"};
    try {
        snapshot ? warden.apply_snapshot("X", bids, asks, feed.price_precision, feed.size_precision, 1)
                 : warden.apply_levels("X", bids, asks, feed.price_precision, feed.size_precision, 1);
    } catch (const std::invalid_argument&) {
        return;  // the comparison that follows shows that nothing was half applied
    }
    if (snapshot) {
        model = Model{};
    }
    for (std::size_t i = 0; i < feed.bid_prices.size(); ++i) {
        set(model.bids, from_mantissa(feed.bid_prices[i], feed.price_precision),
            from_mantissa(feed.bid_sizes[i], feed.size_precision));
    }
    for (std::size_t i = 0; i < feed.ask_prices.size(); ++i) {
        set(model.asks, from_mantissa(feed.ask_prices[i], feed.price_precision),
            from_mantissa(feed.ask_sizes[i], feed.size_precision));
    }
}

inline void run(const std::uint8_t* data, std::size_t size) {
    Bytes bytes(data, size);
    Warden warden;
    Model model;
    while (!bytes.empty()) {
        step(warden, model, bytes);
        if (!warden.contains("X")) {
            continue;
        }
        const Book& book = warden.book("X");
        same(book.bids, model.bids);
        same(book.asks, model.asks);
        const double asked = std::ldexp(bytes.next() + 1, bytes.next() % 90 - 50);
        keeps_promises(book, Side::kBuy, asked, model.asks);
        keeps_promises(book, Side::kSell, asked, model.bids);
    }
}

}  // namespace bybit_nt::fuzz
