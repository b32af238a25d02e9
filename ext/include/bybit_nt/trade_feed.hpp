// The framework's trades, checked before anything is changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "feed.hpp"

namespace bybit_nt {

struct Trade {
    bool is_buy;
    double price;
    double size;
    std::uint64_t ts_ns;
};

namespace layout {

using Trade128 = Data128::TradeType;
using Trade64 = Data64::TradeType;

// The widest reading of a trade, whichever layout it came from.
struct DecodedTrade {
    InstrumentId instrument_id;
    Raw price_raw;
    unsigned __int128 size_raw;
    std::uint8_t price_precision;
    std::uint8_t size_precision;
    std::uint32_t aggressor_side;
    TradeId trade_id;
    std::uint64_t ts_event;
    std::uint64_t ts_init;
};

template <typename Native>
DecodedTrade decode_trade_as(const void* block, std::size_t index) noexcept {
    Native native;
    std::memcpy(&native, static_cast<const unsigned char*>(block) + index * sizeof(Native), sizeof(Native));
    return {native.instrument_id,   native.price.raw,      native.size.raw,
            native.price.precision, native.size.precision, native.aggressor_side,
            native.trade_id,        native.ts_event,       native.ts_init};
}

inline DecodedTrade decode_trade(const Vec& vec, std::size_t index, DeltaLayout layout) noexcept {
    return layout == DeltaLayout::kRaw128 ? decode_trade_as<Trade128>(vec.data, index)
                                          : decode_trade_as<Trade64>(vec.data, index);
}

}  // namespace layout

namespace detail {

constexpr std::uint32_t kNoAggressor = 0;
constexpr std::uint32_t kSeller = 2;

inline void check_trade(const layout::DecodedTrade& trade, std::size_t index, const RawLimits& limits,
                        std::string_view instrument_id) {
    if (trade.aggressor_side > kSeller) {
        refuse_entry("trades", index, "of aggressor side " + std::to_string(trade.aggressor_side),
                     "it must be between 0 and 2");
    }
    if (trade.price_precision > limits.digits || trade.size_precision > limits.digits) {
        refuse_entry("trades", index,
                     "of precisions " + std::to_string(trade.price_precision) + " and " +
                         std::to_string(trade.size_precision),
                     "they must be between 0 and " + std::to_string(limits.digits));
    }
    if (trade.price_raw <= 0 || trade.price_raw > limits.max_price) {
        refuse_entry("trades", index, "at price raw " + std::to_string(static_cast<double>(trade.price_raw)),
                     "a price must be above 0 and at most " + to_string(kMaxPrice));
    }
    if (trade.size_raw == 0 || trade.size_raw > limits.max_size) {
        refuse_entry("trades", index, "of size raw " + std::to_string(static_cast<double>(trade.size_raw)),
                     "a size must be above 0 and at most " + to_string(kMaxSize));
    }
    if (!spells(trade.instrument_id, instrument_id)) {
        refuse_entry("trades", index,
                     std::string("for ") + trade.instrument_id.symbol + "." + trade.instrument_id.venue,
                     "it must be for " + std::string(instrument_id));
    }
}

}  // namespace detail

// Trades without an aggressor are left out: nothing says which way they went.
inline void read_trades(const layout::Vec& vec, layout::DeltaLayout layout, std::string_view instrument_id,
                        std::vector<Trade>& out) {
    check_length(vec, "trades");
    const detail::RawLimits& limits =
        layout == layout::DeltaLayout::kRaw128 ? detail::kLimits128 : detail::kLimits64;
    out.clear();
    out.reserve(vec.length);
    for (std::size_t i = 0; i < vec.length; ++i) {
        const layout::DecodedTrade trade = layout::decode_trade(vec, i, layout);
        detail::check_trade(trade, i, limits, instrument_id);
        if (trade.aggressor_side != detail::kNoAggressor) {
            out.push_back({trade.aggressor_side != detail::kSeller,
                           to_double(trade.price_raw * limits.scale, trade.price_precision),
                           to_double(static_cast<Raw>(trade.size_raw) * limits.scale, trade.size_precision),
                           trade.ts_event != 0 ? trade.ts_event : trade.ts_init});
        }
    }
}

}  // namespace bybit_nt
