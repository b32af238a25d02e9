// `kline.{interval}.{symbol}`: whether a frame holds a closed candle. Nearly none does: the candle that forms
// is pushed every second or two, and nothing is made of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "frame.hpp"

namespace bybit_nt {

enum class KlineVerdict {
    kBroken,   // not what a frame of the topic looks like, or written in an unusual way
    kForming,  // sound, and none of its candles is closed
    kClosed,   // sound, with a closed candle
};

namespace detail {

// What a candle must have, one bit each.
constexpr unsigned kCandleStart = 1;
constexpr unsigned kCandleEnd = 2;
constexpr unsigned kCandleInterval = 4;
constexpr unsigned kCandleOpen = 8;
constexpr unsigned kCandleHigh = 16;
constexpr unsigned kCandleLow = 32;
constexpr unsigned kCandleClose = 64;
constexpr unsigned kCandleVolume = 128;
constexpr unsigned kCandleTurnover = 256;
constexpr unsigned kCandleConfirm = 512;
constexpr unsigned kCandleFields = 1023;

inline unsigned candle_text_of(std::string_view key) noexcept {
    switch (key.empty() ? '\0' : key[0]) {
        case 'i':
            return key == "interval" ? kCandleInterval : 0U;
        case 'o':
            return key == "open" ? kCandleOpen : 0U;
        case 'h':
            return key == "high" ? kCandleHigh : 0U;
        case 'l':
            return key == "low" ? kCandleLow : 0U;
        case 'c':
            return key == "close" ? kCandleClose : 0U;
        case 'v':
            return key == "volume" ? kCandleVolume : 0U;
        case 't':
            return key == "turnover" ? kCandleTurnover : 0U;
        default:
            return 0;
    }
}

// A repeated key counts as it was last.
inline bool read_candle(JsonScanner& scanner, bool& closed) noexcept {
    unsigned seen = 0;
    std::uint64_t count = 0;
    std::string_view text;
    bool confirmed = false;
    const bool read = scanner.read_object([&](std::string_view key) {
        if (const unsigned field = candle_text_of(key); field != 0) {
            seen |= field;
            return scanner.read_string(text);
        }
        if (key == "start" || key == "end") {
            seen |= key == "start" ? kCandleStart : kCandleEnd;
            return read_count(scanner, count) && count <= kMaxMillis;
        }
        if (key == "confirm") {
            seen |= kCandleConfirm;
            confirmed = scanner.peek() == 't';
            return scanner.read_bool();
        }
        return key == "timestamp" ? read_optional_count(scanner, count) : scanner.skip_value();
    });
    closed = closed || confirmed;
    return read && seen == kCandleFields;
}

}  // namespace detail

inline KlineVerdict read_klines(std::string_view json, std::string_view topic) noexcept {
    JsonScanner scanner(json);
    unsigned seen = 0;
    std::uint64_t ignored = 0;
    std::string_view text;
    bool closed = false;
    const bool read = json.size() <= kMaxFrame && scanner.read_object([&](std::string_view key) {
        if (key == "topic") {
            seen |= 1;
            return scanner.read_string(text) && text == topic;
        }
        if (key == "ts") {
            seen |= 2;
            return read_count(scanner, ignored) && ignored <= kMaxMillis;
        }
        if (key == "data") {
            seen |= 4;
            closed = false;
            return scanner.read_array([&] { return detail::read_candle(scanner, closed); });
        }
        if (key == "type") {
            return scanner.peek() == 'n' ? scanner.read_literal("null") : scanner.read_string(text);
        }
        return scanner.skip_value();
    });
    if (!read || !scanner.at_end() || seen != 7) {
        return KlineVerdict::kBroken;
    }
    return closed ? KlineVerdict::kClosed : KlineVerdict::kForming;
}

}  // namespace bybit_nt
