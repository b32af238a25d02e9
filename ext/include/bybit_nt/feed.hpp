// What feeds a book, checked and turned into exact levels before anything is changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "book.hpp"
#include "nautilus_layout.hpp"

namespace bybit_nt {

// The levels of one side as parallel arrays of mantissas; the names are for messages.
struct SideArrays {
    const std::int64_t* prices;
    std::size_t price_count;
    const std::int64_t* sizes;
    std::size_t size_count;
    const char* prices_name;
    const char* sizes_name;
};

enum class ChangeKind { kSetBid, kSetAsk, kClear };

struct Change {
    ChangeKind kind;
    Level level;
};

namespace detail {

[[noreturn]] inline void refuse_entry(const char* name, std::size_t index, const std::string& value,
                                      const std::string& allowed) {
    throw std::invalid_argument(std::string(name) + "[" + std::to_string(index) + "] is " + value + "; " +
                                allowed);
}

}  // namespace detail

inline void read_levels(const SideArrays& side, int price_precision, int size_precision,
                        std::vector<Level>& out) {
    if (side.price_count != side.size_count) {
        throw std::invalid_argument(std::string(side.sizes_name) + " has " + std::to_string(side.size_count) +
                                    " entries; it must have as many as " + side.prices_name + ", which has " +
                                    std::to_string(side.price_count));
    }
    out.clear();
    out.reserve(side.price_count);
    for (std::size_t i = 0; i < side.price_count; ++i) {
        const Level level{from_mantissa(side.prices[i], price_precision),
                          from_mantissa(side.sizes[i], size_precision)};
        if (level.price <= 0 || level.price > kMaxPrice) {
            detail::refuse_entry(side.prices_name, i, std::to_string(side.prices[i]),
                                 "a price must be above 0 and at most " + to_string(kMaxPrice));
        }
        if (level.size < 0 || level.size > kMaxSize) {
            detail::refuse_entry(side.sizes_name, i, std::to_string(side.sizes[i]),
                                 "a size must be between 0 and " + to_string(kMaxSize));
        }
        out.push_back(level);
    }
}

namespace detail {

constexpr std::uint32_t kAdd = 1;
constexpr std::uint32_t kDelete = 3;
constexpr std::uint32_t kClear = 4;
constexpr std::uint32_t kBuySide = 1;
constexpr std::uint32_t kSellSide = 2;

// What a layout's raw values count, and how far they may go: worked out once, as 128-bit division is slow.
struct RawLimits {
    int digits;
    Raw scale;
    Raw max_price;
    unsigned __int128 max_size;
};

template <int kDigits>
constexpr RawLimits raw_limits() {
    constexpr Raw scale = kPow10[static_cast<std::size_t>(kScaleDigits - kDigits)];
    return {kDigits, scale, kMaxPrice / scale, static_cast<unsigned __int128>(kMaxSize / scale)};
}

inline constexpr RawLimits kLimits128 = raw_limits<16>();
inline constexpr RawLimits kLimits64 = raw_limits<9>();

inline Change read_change(const layout::DecodedDelta& delta, std::size_t index, const RawLimits& limits) {
    if (delta.action < kAdd || delta.action > kClear) {
        refuse_entry("deltas", index, "action " + std::to_string(delta.action),
                     "an action must be between 1 and 4");
    }
    if (delta.action == kClear) {
        return {ChangeKind::kClear, {0, 0}};
    }
    if (delta.side != kBuySide && delta.side != kSellSide) {
        refuse_entry("deltas", index, "for side " + std::to_string(delta.side),
                     "a level's side must be BUY (1) or SELL (2)");
    }
    if (delta.price_precision > limits.digits || delta.size_precision > limits.digits) {
        refuse_entry("deltas", index,
                     "of precisions " + std::to_string(delta.price_precision) + " and " +
                         std::to_string(delta.size_precision),
                     "they must be between 0 and " + std::to_string(limits.digits));
    }
    if (delta.price_raw <= 0 || delta.price_raw > limits.max_price) {
        refuse_entry("deltas", index, "at price raw " + std::to_string(static_cast<double>(delta.price_raw)),
                     "a price must be above 0 and at most " + to_string(kMaxPrice));
    }
    if (delta.action != kDelete && delta.size_raw > limits.max_size) {
        refuse_entry("deltas", index, "of size raw " + std::to_string(static_cast<double>(delta.size_raw)),
                     "a size must be at most " + to_string(kMaxSize));
    }
    const Raw size = delta.action == kDelete ? 0 : static_cast<Raw>(delta.size_raw) * limits.scale;
    return {delta.side == kBuySide ? ChangeKind::kSetBid : ChangeKind::kSetAsk,
            {delta.price_raw * limits.scale, size}};
}

// Whether "symbol.venue" spells the wanted id, without building the string.
inline bool spells(const layout::InstrumentId& id, std::string_view wanted) noexcept {
    const std::string_view symbol(id.symbol);
    const std::string_view venue(id.venue);
    return wanted.size() == symbol.size() + 1 + venue.size() && wanted.substr(0, symbol.size()) == symbol &&
           wanted[symbol.size()] == '.' && wanted.substr(symbol.size() + 1) == venue;
}

}  // namespace detail

struct DeltaBatch {
    std::vector<Change> changes;
    int price_precision = 0;
    int size_precision = 0;
    bool has_levels = false;
    std::uint64_t ts_event = 0;
    std::uint64_t ts_init = 0;
};

// More deltas than any message holds: a length beyond it means the memory is something else.
constexpr std::size_t kMaxDeltas = 10'000'000;

inline void check_length(const layout::Vec& vec, const char* what = "deltas") {
    if (vec.length > kMaxDeltas || (vec.length > 0 && vec.data == nullptr)) {
        throw std::invalid_argument("capsule holds " + std::to_string(vec.length) + " " + what +
                                    "; it must hold at most " + std::to_string(kMaxDeltas));
    }
}

namespace detail {

template <typename Native>
void read_deltas_as(const layout::Vec& vec, const RawLimits& limits, std::string_view instrument_id,
                    DeltaBatch& out) {
    layout::InstrumentId first{};
    for (std::size_t i = 0; i < vec.length; ++i) {
        const layout::DecodedDelta delta = layout::decode<Native>(vec.data, i);
        const Change change = read_change(delta, i, limits);
        if (i == 0) {
            first = delta.instrument_id;
            if (!spells(first, instrument_id)) {
                refuse_entry("deltas", i, std::string("for ") + first.symbol + "." + first.venue,
                             "it must be for " + std::string(instrument_id));
            }
        } else if (delta.instrument_id.symbol != first.symbol || delta.instrument_id.venue != first.venue) {
            refuse_entry("deltas", i, "for another instrument",
                         "it must be for " + std::string(instrument_id));
        }
        if (change.kind != ChangeKind::kClear) {
            out.price_precision = delta.price_precision;
            out.size_precision = delta.size_precision;
            out.has_levels = true;
        }
        out.ts_event = delta.ts_event;
        out.ts_init = delta.ts_init;
        out.changes.push_back(change);
    }
}

}  // namespace detail

inline void read_deltas(const layout::Vec& vec, layout::DeltaLayout layout, std::string_view instrument_id,
                        DeltaBatch& out) {
    check_length(vec);
    out.changes.clear();
    out.changes.reserve(vec.length);
    out.has_levels = false;
    if (layout == layout::DeltaLayout::kRaw128) {
        detail::read_deltas_as<layout::Delta128>(vec, detail::kLimits128, instrument_id, out);
    } else {
        detail::read_deltas_as<layout::Delta64>(vec, detail::kLimits64, instrument_id, out);
    }
}

}  // namespace bybit_nt
