// Decimal text as the framework's fixed point, exactly or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "decimal.hpp"

namespace bybit_nt {

// How an instrument's numbers are kept: decimals of the framework's raw values, the instrument's own
// decimals, and the largest whole numbers the framework takes (beyond them it ends the process).
struct FixedScale {
    int raw_digits;
    std::int64_t max_price;
    std::int64_t max_size;
};

inline constexpr FixedScale kScale128{16, 17'014'118'346'046, 34'028'236'692'093};
inline constexpr FixedScale kScale64{9, 9'223'372'036, 18'446'744'073};

// No number of the venue's is longer.
constexpr std::size_t kMaxDecimalText = 64;

namespace detail {

using Unsigned = unsigned __int128;

inline bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

// Beyond this a multiplication by ten may not fit.
constexpr Unsigned kNearlyFull = ~Unsigned{0} / 10 - 1;

inline bool scale_up(Unsigned& value, int digits) noexcept {
    for (; digits > 0; --digits) {
        if (value > kNearlyFull) {
            return false;
        }
        value *= 10;
    }
    return true;
}

// Reads digits from `at` into `value` as far as they are digits; zeros at the end are counted, not
// multiplied, so that a value fits whenever its significant digits do.
inline bool read_digits(std::string_view text, std::size_t& at, Unsigned& value, int& zeros,
                        int& digits) noexcept {
    for (; at < text.size() && is_digit(text[at]); ++at) {
        ++digits;
        if (text[at] == '0') {
            zeros += value != 0 ? 1 : 0;
            continue;
        }
        if (!scale_up(value, zeros + 1)) {
            return false;
        }
        zeros = 0;
        value += static_cast<Unsigned>(text[at] - '0');
    }
    return digits > 0;
}

inline bool read_exponent(std::string_view text, std::size_t& at, int& exponent) noexcept {
    ++at;
    const bool negative = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) {
        ++at;
    }
    const std::size_t start = at;
    exponent = 0;
    for (; at < text.size() && is_digit(text[at]) && at - start < 5; ++at) {
        exponent = exponent * 10 + (text[at] - '0');
    }
    const std::size_t digits = at - start;
    exponent = negative ? -exponent : exponent;
    return digits >= 1 && digits <= 4;
}

// Any decimal of at most kMaxDecimalText characters: what the quick way below does not take.
inline bool parse_any(std::string_view text, int precision, __int128& mantissa) noexcept {
    std::size_t at = 0;
    const bool negative = !text.empty() && text[0] == '-';
    at += negative ? 1 : 0;
    Unsigned value = 0;
    int zeros = 0;
    int whole = 0;
    int fraction = 0;
    int exponent = 0;
    if (text.size() > kMaxDecimalText || !read_digits(text, at, value, zeros, whole)) {
        return false;
    }
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (!read_digits(text, at, value, zeros, fraction)) {
            return false;
        }
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E') && !read_exponent(text, at, exponent)) {
        return false;
    }
    if (at != text.size()) {
        return false;
    }
    const int shift = exponent - fraction + zeros + precision;
    if (value != 0 && (shift < 0 || !scale_up(value, shift) || value > kNearlyFull)) {
        return false;
    }
    mantissa = negative ? -static_cast<__int128>(value) : static_cast<__int128>(value);
    return true;
}

}  // namespace detail

// The decimal as a count of 10^-precision. Refused where it is no decimal, has more decimals than that
// (rounding would invent a number), or is beyond any number the framework takes. `precision` is 0 to 16.
inline bool parse_decimal(std::string_view text, int precision, __int128& mantissa) noexcept {
    // Nearly every number of the venue's: at most 18 digits, a point among them or not.
    const bool negative = !text.empty() && text[0] == '-';
    const std::string_view digits = negative ? text.substr(1) : text;
    if (digits.empty() || digits.size() > 18) {
        return detail::parse_any(text, precision, mantissa);
    }
    std::int64_t value = 0;
    std::size_t point = digits.size();
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const char character = digits[i];
        if (detail::is_digit(character)) {
            value = value * 10 + (character - '0');
        } else if (character == '.' && point == digits.size()) {
            point = i;
        } else {
            return detail::parse_any(text, precision, mantissa);
        }
    }
    if (point == 0 || point + 1 == digits.size()) {
        return false;
    }
    const int fraction = point == digits.size() ? 0 : static_cast<int>(digits.size() - point) - 1;
    __int128 scaled = value;
    if (fraction <= precision) {
        scaled *= kPow10[static_cast<std::size_t>(precision - fraction)];
    } else {
        if (fraction - precision > kScaleDigits) {
            return detail::parse_any(text, precision, mantissa);
        }
        const std::int64_t unit = kPow10[static_cast<std::size_t>(fraction - precision)];
        if (value % unit != 0) {
            return false;
        }
        scaled = value / unit;
    }
    mantissa = negative ? -scaled : scaled;
    return true;
}

inline bool parse_raw(std::string_view text, int precision, const FixedScale& scale, std::int64_t least,
                      std::int64_t most, __int128& raw) noexcept {
    __int128 mantissa = 0;
    if (!parse_decimal(text, precision, mantissa)) {
        return false;
    }
    const __int128 unit = kPow10[static_cast<std::size_t>(precision)];
    if (mantissa < least * unit || mantissa > most * unit) {
        return false;
    }
    raw = mantissa * kPow10[static_cast<std::size_t>(scale.raw_digits - precision)];
    return true;
}

inline bool parse_price(std::string_view text, int precision, const FixedScale& scale,
                        __int128& raw) noexcept {
    return parse_raw(text, precision, scale, -scale.max_price, scale.max_price, raw);
}

inline bool parse_size(std::string_view text, int precision, const FixedScale& scale,
                       __int128& raw) noexcept {
    return parse_raw(text, precision, scale, 0, scale.max_size, raw);
}

// A count of 10^-digits, written out with all its decimals.
inline std::string decimal_text(__int128 raw, int digits) {
    const bool negative = raw < 0;
    auto rest = negative ? -static_cast<unsigned __int128>(raw) : static_cast<unsigned __int128>(raw);
    std::string text;
    for (int i = 0; i <= digits || rest != 0; ++i, rest /= 10) {
        if (i == digits && digits > 0) {
            text.insert(text.begin(), '.');
        }
        text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    }
    return negative ? "-" + text : text;
}

}  // namespace bybit_nt
