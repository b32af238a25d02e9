// What must hold of every ticker and candle frame the decoders take, whatever bytes it came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bybit_nt/kline_frame.hpp"
#include "bybit_nt/ticker_frame.hpp"
#include "must.hpp"

namespace bybit_nt::fuzz {

inline constexpr std::string_view kTickerTopic = "tickers.X";
inline constexpr std::string_view kKlineTopic = "kline.1.X";

inline std::string quoted(std::string_view text) {
    std::string json = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') {
            json += '\\';
        }
        if (static_cast<unsigned char>(character) < 0x20) {
            constexpr std::string_view kHex = "0123456789abcdef";
            json += "\\u00";
            json += static_cast<char>('0' + (character >> 4));
            json += kHex[static_cast<std::size_t>(character & 15)];
        } else {
            json += character;
        }
    }
    return json + "\"";
}

inline void check_reference_price(std::string_view text) {
    for (const FixedScale& scale : {kScale128, kScale64}) {
        for (const int least : {0, 2, 9, 16}) {
            __int128 raw = 0;
            int precision = 0;
            if (parse_reference_price(text, least, scale, raw, precision)) {
                must(precision >= least && precision <= scale.raw_digits,
                     "a price has a precision within range");
                __int128 again = 0;
                must(parse_price(text, precision, scale, again) && again == raw,
                     "its value is that of its text");
            }
        }
    }
}

// Frames one after the other, a line each: what they add up to, written out as one snapshot, is the same.
inline void check_tickers(std::string_view lines) {
    const TickerNames names({"markPrice", "indexPrice", "bidPrice", "bid1Price", "fundingRate"});
    TickerMemory memory;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        const std::string_view json = lines.substr(0, end);
        lines = end == std::string_view::npos ? std::string_view{} : lines.substr(end + 1);
        TickerFrame frame;
        if (!read_ticker(json, kTickerTopic, "X", names, frame)) {
            continue;
        }
        must(frame.ts_ms <= kMaxMillis, "its time has a place in the framework");
        const bool known = memory.is_known();
        const TickerFields changed = memory.changed_by(frame);
        std::vector<std::string> expected;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string* const text = memory.after(frame, i);
            expected.push_back(text == nullptr ? "null" : quoted(*text));
            if (known && (changed >> i & 1) == 0) {
                const bool had = memory.fields().has(i);
                must(had == (text != nullptr) && (!had || memory.fields().texts[i] == *text),
                     "what has not changed is as it was");
            }
            if (text != nullptr) {
                check_reference_price(*text);
            }
        }
        const bool is_snapshot = frame.is_snapshot;
        must(memory.apply(frame) == (known || is_snapshot), "a delta alone is not applied");
        if (!memory.is_known()) {
            continue;
        }
        std::string again = "{\"data\":{";
        for (std::size_t i = 0; i < names.size(); ++i) {
            const bool has = memory.fields().has(i);
            const std::string now = has ? quoted(memory.fields().texts[i]) : "null";
            must(now == expected[i], "a field becomes what it was said to become");
            again += "\"" + names[i] + "\" :" + now + ",";
        }
        again += "\"symbol\":\"X\"},\"cs\":1,\"ts\":\"5\",\"topic\":\"tickers.\\u0058\"}";
        TickerFrame reread;
        // Texts longer than an escape may be are refused when they need one.
        if (read_ticker(again, kTickerTopic, "X", names, reread)) {
            must(memory.changed_by(reread) == 0, "a ticker written out is the same");
        } else {
            must(again.size() > JsonScanner::kMaxEscaped, "a ticker written out is taken");
        }
    }
}

inline void check_klines(std::string_view json) {
    const KlineVerdict verdict = read_klines(json, kKlineTopic);
    if (verdict == KlineVerdict::kBroken) {
        return;
    }
    JsonScanner skipping(json);
    must(skipping.skip_value() && skipping.at_end(), "a frame is one JSON value");
    must(verdict == KlineVerdict::kForming || json.find("true") != std::string_view::npos,
         "a closed candle says so");
    JsonScanner scanner(json);
    must(find_topic(json, scanner) == kKlineTopic, "its topic is found");
}

}  // namespace bybit_nt::fuzz
