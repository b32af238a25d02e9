// `publicTrade.{symbol}`: a frame's trades as the framework's structs.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "frame.hpp"
#include "nautilus_layout.hpp"
#include "orderbook_frame.hpp"

namespace bybit_nt {

// What the trades of one topic have in common.
struct TradeContext {
    std::string_view symbol;
    layout::InstrumentId id;
    NumberForm form;
    std::uint64_t ts_init;
};

namespace detail {

enum TradeField : unsigned { kTime = 1, kName = 2, kSide = 4, kSize = 8, kPrice = 16, kId = 32 };
constexpr unsigned kTradeFields = 63;

// The framework takes 1 to 36 printable ASCII characters, not all of them blank; others end the process.
inline bool is_trade_id(std::string_view text) noexcept {
    if (text.empty() || text.size() > layout::kMaxTradeId) {
        return false;
    }
    bool blank = true;
    for (const char character : text) {
        if (character < 0x20 || character > 0x7E) {
            return false;
        }
        blank = blank && character == ' ';
    }
    return !blank;
}

inline void set_trade_id(std::string_view text, layout::TradeId& id) noexcept {
    id = {};
    std::memcpy(id.value, text.data(), text.size());
    id.length = static_cast<std::uint8_t>(text.size());
}

inline bool read_trade_id(JsonScanner& scanner, layout::TradeId& id) noexcept {
    std::string_view text;
    if (!scanner.read_string(text) || !is_trade_id(text)) {
        return false;
    }
    set_trade_id(text, id);
    return true;
}

inline bool read_flag(JsonScanner& scanner) noexcept {
    return scanner.peek() == 'n' ? scanner.read_literal("null") : scanner.read_bool();
}

inline bool read_optional_text(JsonScanner& scanner, std::string_view& text) noexcept {
    return scanner.peek() == 'n' ? scanner.read_literal("null") : scanner.read_string(text);
}

template <typename Data>
bool read_trade(JsonScanner& scanner, const TradeContext& context, typename Data::TradeType& trade) {
    using Price = typename Data::Price;
    using Size = typename Data::Size;
    unsigned seen = 0;
    std::uint64_t count = 0;
    __int128 raw = 0;
    std::string_view text;
    const NumberForm& form = context.form;
    const bool read = scanner.read_object([&](std::string_view key) {
        if (key.size() == 1) {
            switch (key[0]) {
                case 'T':
                    seen |= kTime;
                    if (!read_count(scanner, count) || count > kMaxMillis) {
                        return false;
                    }
                    trade.ts_event = count * kNanosPerMilli;
                    return true;
                case 's':
                    seen |= kName;
                    return scanner.read_string(text) && text == context.symbol;
                case 'S':
                    seen |= kSide;
                    if (!scanner.read_string(text)) {
                        return false;
                    }
                    trade.aggressor_side = text == "Buy" ? 1 : text == "Sell" ? 2 : 0;
                    return true;
                case 'v':
                    seen |= kSize;
                    if (!read_decimal_text(scanner, text) ||
                        !parse_size(text, form.size_precision, form.scale, raw) || raw == 0) {
                        return false;
                    }
                    trade.size = fixed<Size>(raw, form.size_precision);
                    return true;
                case 'p':
                    seen |= kPrice;
                    if (!read_decimal_text(scanner, text) ||
                        !parse_price(text, form.price_precision, form.scale, raw)) {
                        return false;
                    }
                    trade.price = fixed<Price>(raw, form.price_precision);
                    return true;
                case 'i':
                    seen |= kId;
                    return read_trade_id(scanner, trade.trade_id);
                case 'L':
                    return read_optional_text(scanner, text);
                default:
                    return scanner.skip_value();
            }
        }
        if (key == "BT" || key == "RPI") {
            return read_flag(scanner);
        }
        return key == "seq" ? read_optional_count(scanner, count) : scanner.skip_value();
    });
    return read && seen == kTradeFields;
}

}  // namespace detail

// All of the frame's trades or, where anything is amiss, none. A repeated key counts as it was last.
template <typename Data>
bool read_trades(std::string_view json, std::string_view topic, const TradeContext& context,
                 std::vector<typename Data::TradeType>& trades) {
    JsonScanner scanner(json);
    unsigned seen = 0;
    std::uint64_t ignored = 0;
    std::string_view text;
    trades.clear();
    const bool read = json.size() <= kMaxFrame && scanner.read_object([&](std::string_view key) {
        if (key == "topic") {
            seen |= 1;
            return scanner.read_string(text) && text == topic;
        }
        if (key == "ts") {
            seen |= 2;
            return read_count(scanner, ignored) && ignored <= kMaxMillis;
        }
        if (key == "type") {
            return detail::read_optional_text(scanner, text);
        }
        if (key == "data") {
            seen |= 4;
            trades.clear();
            return scanner.read_array([&] {
                typename Data::TradeType trade{};
                trade.instrument_id = context.id;
                trade.ts_init = context.ts_init;
                if (!detail::read_trade<Data>(scanner, context, trade)) {
                    return false;
                }
                trades.push_back(trade);
                return true;
            });
        }
        return scanner.skip_value();
    });
    return read && scanner.at_end() && seen == 7;
}

}  // namespace bybit_nt
