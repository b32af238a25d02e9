// `orderbook.{depth}.{symbol}`: a frame as plain values, whether it may be applied, and the framework's
// structs.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "book.hpp"
#include "frame.hpp"
#include "nautilus_layout.hpp"

namespace bybit_nt {

// Reused from frame to frame, so that no level costs an allocation.
struct OrderbookFrame {
    std::vector<Level> bids;
    std::vector<Level> asks;
    std::uint64_t update_id = 0;
    std::uint64_t sequence = 0;
    std::uint64_t ts_ms = 0;
    std::uint64_t cts_ms = 0;
    bool is_snapshot = false;

    // When the matching engine made it, or, where that is not said, when it was pushed.
    std::uint64_t ts_event_ns() const noexcept { return (cts_ms != 0 ? cts_ms : ts_ms) * kNanosPerMilli; }
};

namespace detail {

inline bool read_level(JsonScanner& scanner, const NumberForm& form, Level& level) {
    std::string_view text;
    return scanner.take('[') && read_decimal_text(scanner, text) &&
           parse_price(text, form.price_precision, form.scale, level.price) && scanner.take(',') &&
           read_decimal_text(scanner, text) &&
           parse_size(text, form.size_precision, form.scale, level.size) && scanner.take(']');
}

inline bool read_side(JsonScanner& scanner, const NumberForm& form, std::vector<Level>& side) {
    side.clear();
    return scanner.read_array([&] {
        Level level;
        if (!read_level(scanner, form, level)) {
            return false;
        }
        side.push_back(level);
        return true;
    });
}

enum OrderbookField : unsigned {
    kTopic = 1,
    kType = 2,
    kTs = 4,
    kData = 8,
    kSymbol = 16,
    kBids = 32,
    kAsks = 64,
    kUpdate = 128
};

inline bool read_orderbook_data(JsonScanner& scanner, const NumberForm& form, OrderbookFrame& frame) {
    unsigned seen = 0;
    std::string_view text;
    frame.sequence = 0;
    const bool read = scanner.read_object([&](std::string_view key) {
        if (key == "b") {
            seen |= kBids;
            return read_side(scanner, form, frame.bids);
        }
        if (key == "a") {
            seen |= kAsks;
            return read_side(scanner, form, frame.asks);
        }
        if (key == "u") {
            seen |= kUpdate;
            return read_count(scanner, frame.update_id);
        }
        if (key == "seq") {
            return read_optional_count(scanner, frame.sequence);
        }
        if (key == "s") {
            seen |= kSymbol;
            return scanner.read_string(text);
        }
        return scanner.skip_value();
    });
    return read && seen == (kSymbol | kBids | kAsks | kUpdate);
}

inline bool read_type(JsonScanner& scanner, bool& is_snapshot) noexcept {
    std::string_view text;
    if (!scanner.read_string(text)) {
        return false;
    }
    is_snapshot = text == "snapshot";
    return is_snapshot || text == "delta";
}

}  // namespace detail

// A repeated key counts as it was last; a frame of another topic, or with anything amiss, is refused.
inline bool read_orderbook(std::string_view json, std::string_view topic, const NumberForm& form,
                           OrderbookFrame& frame) {
    JsonScanner scanner(json);
    unsigned seen = 0;
    frame.cts_ms = 0;
    const bool read = json.size() <= kMaxFrame && scanner.read_object([&](std::string_view key) {
        std::string_view text;
        if (key == "topic") {
            seen |= detail::kTopic;
            return scanner.read_string(text) && text == topic;
        }
        if (key == "type") {
            seen |= detail::kType;
            return detail::read_type(scanner, frame.is_snapshot);
        }
        if (key == "ts") {
            seen |= detail::kTs;
            return read_count(scanner, frame.ts_ms);
        }
        if (key == "data") {
            seen |= detail::kData;
            return detail::read_orderbook_data(scanner, form, frame);
        }
        if (key == "cts") {
            return read_optional_count(scanner, frame.cts_ms);
        }
        return scanner.skip_value();
    });
    return read && scanner.at_end() &&
           seen == (detail::kTopic | detail::kType | detail::kTs | detail::kData) &&
           frame.ts_ms <= kMaxMillis && frame.cts_ms <= kMaxMillis;
}

enum class BookVerdict { kSnapshot, kDelta, kAsk };

// Whether a frame plainly follows the last one applied (`last`, or nothing yet). Where it does not, the
// sequence machine is asked, which knows about gaps, repetitions and what is stale.
inline BookVerdict judge(const OrderbookFrame& frame, bool is_synced, std::uint64_t last,
                         int depth) noexcept {
    if (frame.is_snapshot || frame.update_id == 1) {
        const bool repeated = depth == 1 && is_synced && frame.update_id == last;
        return repeated ? BookVerdict::kAsk : BookVerdict::kSnapshot;
    }
    return is_synced && frame.update_id == last + 1 ? BookVerdict::kDelta : BookVerdict::kAsk;
}

namespace detail {

constexpr std::uint8_t kFlagLast = 128;
constexpr std::uint8_t kFlagSnapshot = 32;
constexpr std::uint32_t kActionUpdate = 2;

template <typename Integer>
layout::Fixed<Integer> fixed(__int128 raw, int precision) noexcept {
    return {static_cast<Integer>(raw), static_cast<std::uint8_t>(precision)};
}

}  // namespace detail

// The frame's changes as the framework has them, behind what is there: bids, then asks, the last one flagged.
// A snapshot begins with a CLEAR. Nothing, and false, where a frame changes nothing.
template <typename Data>
bool append_deltas(const OrderbookFrame& frame, bool as_snapshot, const layout::InstrumentId& id,
                   const NumberForm& form, std::uint64_t ts_init,
                   std::vector<typename Data::DeltaType>& out) {
    typename Data::DeltaType delta{};
    const std::size_t before = out.size();
    delta.instrument_id = id;
    delta.sequence = frame.sequence;
    delta.ts_event = frame.ts_event_ns();
    delta.ts_init = ts_init;
    delta.flags = as_snapshot ? detail::kFlagSnapshot : std::uint8_t{0};
    if (as_snapshot) {
        delta.action = 4;
        out.push_back(delta);
    }
    const auto add = [&](const std::vector<Level>& side, std::uint32_t order_side) {
        delta.order.side = order_side;
        for (const Level& level : side) {
            // Size 0 deletes in a snapshot too, where a frame names a price twice.
            delta.action = level.size == 0 ? 3 : as_snapshot ? 1 : detail::kActionUpdate;
            delta.order.price = detail::fixed<typename Data::Price>(level.price, form.price_precision);
            delta.order.size = detail::fixed<typename Data::Size>(level.size, form.size_precision);
            out.push_back(delta);
        }
    };
    add(frame.bids, 1);
    add(frame.asks, 2);
    if (out.size() == before) {
        return false;
    }
    out.back().flags = static_cast<std::uint8_t>(out.back().flags | detail::kFlagLast);
    return true;
}

// The same alone in `out`.
template <typename Data>
void fill_deltas(const OrderbookFrame& frame, bool as_snapshot, const layout::InstrumentId& id,
                 const NumberForm& form, std::uint64_t ts_init, std::vector<typename Data::DeltaType>& out) {
    out.clear();
    append_deltas<Data>(frame, as_snapshot, id, form, ts_init, out);
}

// The touch of a depth-1 snapshot. False where a side is empty: there is no quote then.
template <typename Data>
bool fill_quote(const OrderbookFrame& frame, const layout::InstrumentId& id, const NumberForm& form,
                std::uint64_t ts_init, typename Data::QuoteType& quote) {
    if (frame.bids.empty() || frame.asks.empty() || frame.bids[0].size == 0 || frame.asks[0].size == 0) {
        return false;
    }
    using Price = typename Data::Price;
    using Size = typename Data::Size;
    quote = {};
    quote.instrument_id = id;
    quote.bid_price = detail::fixed<Price>(frame.bids[0].price, form.price_precision);
    quote.ask_price = detail::fixed<Price>(frame.asks[0].price, form.price_precision);
    quote.bid_size = detail::fixed<Size>(frame.bids[0].size, form.size_precision);
    quote.ask_size = detail::fixed<Size>(frame.asks[0].size, form.size_precision);
    quote.ts_event = frame.ts_event_ns();
    quote.ts_init = ts_init;
    return true;
}

}  // namespace bybit_nt
