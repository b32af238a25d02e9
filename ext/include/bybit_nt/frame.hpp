// What the frames of a public topic have in common: the topic that is found first, and numbers.
#pragma once

#include <cstdint>
#include <string_view>

#include "fixed_text.hpp"
#include "json_scanner.hpp"

namespace bybit_nt {

// How a topic's instrument writes its numbers.
struct NumberForm {
    FixedScale scale;
    int price_precision;
    int size_precision;
};

// A frame of market data is some kilobytes; a view of more than this is something else.
constexpr std::size_t kMaxFrame = std::size_t{1} << 26;

// The topic of a frame, wherever it stands; empty where there is none, or the frame is broken before it.
// The view is good while `scanner` reads nothing else.
inline std::string_view find_topic(std::string_view json, JsonScanner& scanner) noexcept {
    constexpr std::string_view kUsual = "{\"topic\":\"";
    if (json.size() > kUsual.size() && json.compare(0, kUsual.size(), kUsual) == 0) {
        const std::size_t end = json.find('"', kUsual.size());
        if (end == std::string_view::npos) {
            return {};
        }
        const std::string_view topic = json.substr(kUsual.size(), end - kUsual.size());
        if (topic.find('\\') == std::string_view::npos) {
            return topic;
        }
    }
    std::string_view topic;
    // Ends at the first topic: the decoder of that topic reads the rest, and refuses a second one.
    scanner.read_object([&](std::string_view key) {
        return key == "topic" ? !scanner.read_string(topic) && false : scanner.skip_value();
    });
    return topic;
}

// More than any count of the venue's; the Python decoder has the same limit.
constexpr std::uint64_t kMaxCount = ~std::uint64_t{0} >> 1;

namespace detail {

// An integer, as a number or as a string of its digits. What JSON allows beyond that (a sign, zero digits in
// front, a fraction) no identifier and no time stamp of the venue has.
inline bool parse_count(std::string_view text, std::uint64_t& out) noexcept {
    if (text.empty() || text.size() > 19 || (text[0] == '0' && text.size() > 1)) {
        return false;
    }
    out = 0;
    for (const char character : text) {
        if (!is_digit(character)) {
            return false;
        }
        out = out * 10 + static_cast<std::uint64_t>(character - '0');
    }
    return out <= kMaxCount;
}

}  // namespace detail

inline bool read_count(JsonScanner& scanner, std::uint64_t& out) noexcept {
    std::string_view text;
    return (scanner.peek() == '"' ? scanner.read_string(text) : scanner.read_number(text)) &&
           detail::parse_count(text, out);
}

// A field that may be absent, or null, and counts as 0 then.
inline bool read_optional_count(JsonScanner& scanner, std::uint64_t& out) noexcept {
    out = 0;
    return scanner.peek() == 'n' ? scanner.read_literal("null") : read_count(scanner, out);
}

// A decimal's characters, from a string or from a number.
inline bool read_decimal_text(JsonScanner& scanner, std::string_view& out) noexcept {
    return scanner.peek() == '"' ? scanner.read_string(out) : scanner.read_number(out);
}

constexpr std::uint64_t kNanosPerMilli = 1'000'000;
constexpr std::uint64_t kMaxMillis = ~std::uint64_t{0} / kNanosPerMilli;

}  // namespace bybit_nt
