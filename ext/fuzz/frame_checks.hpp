// What must hold of every frame the decoders take, whatever bytes it came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bybit_nt/orderbook_frame.hpp"
#include "bybit_nt/trades_frame.hpp"
#include "must.hpp"

namespace bybit_nt::fuzz {

inline constexpr layout::InstrumentId kId{"X", "BYBIT"};
inline constexpr std::string_view kBookTopic = "orderbook.50.X";
inline constexpr std::string_view kTradeTopic = "publicTrade.X";
inline constexpr NumberForm kForms[] = {
    {kScale128, 2, 3}, {kScale128, 16, 16}, {kScale64, 1, 8}, {kScale64, 9, 0}};

// The scanner's two ways through a value must agree: with memory of what it read, and without.
inline bool read_any(JsonScanner& scanner, int depth) {
    std::string_view text;
    const char next = scanner.peek();
    if (next == '{' || next == '[') {
        if (depth == JsonScanner::kMaxDepth) {
            return false;
        }
        return next == '{'
                   ? scanner.read_object([&](std::string_view) { return read_any(scanner, depth + 1); })
                   : scanner.read_array([&] { return read_any(scanner, depth + 1); });
    }
    switch (next) {
        case '"':
            return scanner.read_string(text);
        case 't':
        case 'f':
            return scanner.read_bool();
        case 'n':
            return scanner.read_literal("null");
        default:
            return scanner.read_number(text);
    }
}

inline void check_json(std::string_view json) {
    JsonScanner skipping(json);
    JsonScanner reading(json);
    const bool skipped = skipping.skip_value() && skipping.at_end();
    const bool read = read_any(reading, 0) && reading.at_end();
    must(!read || skipped, "what is read is also skipped");
    // Escaped text beyond the scratch memory is all that may be skipped and not read.
    const bool long_escape =
        json.size() > JsonScanner::kMaxEscaped - 4 && json.find('\\') != std::string_view::npos;
    must(read || !skipped || long_escape, "what is skipped is also read");
    if (skipped) {
        JsonScanner cut(json.substr(0, json.size() - 1));
        const bool still = cut.skip_value() && cut.at_end();
        const char last = json.back();
        const bool may_be_cut = last <= ' ' || (last >= '0' && last <= '9');
        must(!still || may_be_cut, "a value cut short is no value");
    }
}

inline void check_decimal(std::string_view text) {
    for (int precision = 0; precision <= 16; ++precision) {
        __int128 quick = 0;
        __int128 slow = 0;
        const bool took = parse_decimal(text, precision, quick);
        must(took == detail::parse_any(text, precision, slow), "both ways take the same decimals");
        must(!took || quick == slow, "both ways give the same count");
        if (took && quick != -quick) {
            __int128 again = 0;
            must(parse_decimal(decimal_text(quick, precision), precision, again) && again == quick,
                 "a count written out is read back");
        }
        for (const FixedScale& scale : {kScale128, kScale64}) {
            __int128 raw = 0;
            if (precision <= scale.raw_digits && parse_size(text, precision, scale, raw)) {
                must(raw >= 0 && raw <= static_cast<__int128>(scale.max_size) *
                                            kPow10[static_cast<std::size_t>(scale.raw_digits)],
                     "a size is within the framework's range");
            }
        }
    }
}

inline void append_side(std::string& json, const char* name, const std::vector<Level>& side, int digits) {
    json += std::string(",\"") + name + "\":[";
    for (std::size_t i = 0; i < side.size(); ++i) {
        json += (i == 0 ? "[\"" : ",[\"") + decimal_text(side[i].price, digits) + "\",\"" +
                decimal_text(side[i].size, digits) + "\"]";
    }
    json += "]";
}

inline bool same(const std::vector<Level>& left, const std::vector<Level>& right) {
    bool equal = left.size() == right.size();
    for (std::size_t i = 0; equal && i < left.size(); ++i) {
        equal = left[i].price == right[i].price && left[i].size == right[i].size;
    }
    return equal;
}

template <typename Data>
void check_deltas(const OrderbookFrame& frame, const NumberForm& form) {
    std::vector<typename Data::DeltaType> deltas;
    for (const bool as_snapshot : {false, true}) {
        fill_deltas<Data>(frame, as_snapshot, kId, form, 7, deltas);
        must(deltas.size() <= frame.bids.size() + frame.asks.size() + 1, "a delta a level at most");
        for (std::size_t i = 0; i < deltas.size(); ++i) {
            must(((deltas[i].flags & 128) != 0) == (i + 1 == deltas.size()), "the last delta alone says so");
            must(((deltas[i].flags & 32) != 0) == as_snapshot, "a snapshot says so throughout");
            must(deltas[i].action >= 3 || deltas[i].order.size.raw > 0,
                 "only what has a size is added or changed");
        }
    }
}

// A frame that is taken, written out again with its keys in another order, gives the same.
inline void check_orderbook(std::string_view json) {
    for (const NumberForm& form : kForms) {
        OrderbookFrame frame;
        if (!read_orderbook(json, kBookTopic, form, frame)) {
            continue;
        }
        form.scale.raw_digits == 16 ? check_deltas<layout::Data128>(frame, form)
                                    : check_deltas<layout::Data64>(frame, form);
        std::string again = "{\"data\":{\"u\":\"" + std::to_string(frame.update_id) +
                            "\",\"s\":\"\",\"seq\":" + std::to_string(frame.sequence);
        append_side(again, "a", frame.asks, form.scale.raw_digits);
        append_side(again, "b", frame.bids, form.scale.raw_digits);
        again += "},\"cts\":" + std::to_string(frame.cts_ms) + ",\"ts\" : " + std::to_string(frame.ts_ms) +
                 ",\"type\":\"" + (frame.is_snapshot ? "snapshot" : "delta") +
                 "\",\"topic\":\"orderbook.50.\\u0058\"}";
        OrderbookFrame reread;
        must(read_orderbook(again, kBookTopic, form, reread), "a frame written out is taken");
        must(same(frame.bids, reread.bids) && same(frame.asks, reread.asks), "its levels are the same");
        must(frame.update_id == reread.update_id && frame.sequence == reread.sequence &&
                 frame.is_snapshot == reread.is_snapshot && frame.ts_event_ns() == reread.ts_event_ns(),
             "its head is the same");
        JsonScanner scanner(json);
        must(find_topic(json, scanner) == kBookTopic, "its topic is found");
    }
}

template <typename Data>
void check_trades_as(std::string_view json, const NumberForm& form) {
    std::vector<typename Data::TradeType> trades;
    if (!read_trades<Data>(json, kTradeTopic, {"X", kId, form, 7}, trades)) {
        return;
    }
    for (const auto& trade : trades) {
        must(trade.size.raw > 0 && trade.aggressor_side <= 2, "a trade has a size and one of three sides");
        must(trade.trade_id.length >= 1 && trade.trade_id.length <= 36 &&
                 trade.trade_id.value[trade.trade_id.length] == 0,
             "its id is of the framework's size, and ends");
        must(trade.instrument_id.symbol == kId.symbol && trade.ts_init == 7, "it is its topic's");
    }
    JsonScanner scanner(json);
    must(find_topic(json, scanner) == kTradeTopic, "its topic is found");
}

inline void check_trades(std::string_view json) {
    for (const NumberForm& form : kForms) {
        form.scale.raw_digits == 16 ? check_trades_as<layout::Data128>(json, form)
                                    : check_trades_as<layout::Data64>(json, form);
    }
}

}  // namespace bybit_nt::fuzz
