// Exact decimals: every price and size is an integer count of 1e-16, wide enough for the framework's own
// range.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace bybit_nt {

using Raw = __int128;

constexpr int kScaleDigits = 16;
constexpr double kScale = 1e16;
constexpr std::int64_t kDoubleExact = std::int64_t{1} << 53;

inline constexpr std::array<std::int64_t, kScaleDigits + 1> kPow10 = [] {
    std::array<std::int64_t, kScaleDigits + 1> powers{};
    std::int64_t power = 1;
    for (auto& entry : powers) {
        entry = power;
        power *= 10;
    }
    return powers;
}();

inline constexpr std::array<double, kScaleDigits + 1> kPow10Double{
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};

// The framework's largest price and quantity. Half a billion such sizes still add up inside a Raw.
constexpr Raw kMaxPrice = Raw{17'014'118'346'046} * kPow10[kScaleDigits];
constexpr Raw kMaxSize = Raw{34'028'236'692'093} * kPow10[kScaleDigits];

inline void check_precision(int precision, const char* name) {
    if (precision < 0 || precision > kScaleDigits) {
        throw std::invalid_argument(std::string(name) + " is " + std::to_string(precision) +
                                    "; it must be between 0 and " + std::to_string(kScaleDigits) +
                                    " decimals");
    }
}

constexpr Raw from_mantissa(std::int64_t mantissa, int precision) {
    return Raw{mantissa} * kPow10[static_cast<std::size_t>(kScaleDigits - precision)];
}

// The float nearest to the decimal whenever it has at most 15 significant digits, which is every price a
// venue quotes: one correctly rounded division of two exactly represented integers. Beyond that, within one
// unit in the last place.
inline double to_double(Raw raw, int precision) {
    const auto digits = static_cast<std::size_t>(precision);
    const Raw unit = kPow10[kScaleDigits - digits];
    const Raw mantissa = raw / unit;
    if (mantissa * unit == raw && mantissa <= kDoubleExact && mantissa >= -kDoubleExact) {
        return static_cast<double>(static_cast<std::int64_t>(mantissa)) / kPow10Double[digits];
    }
    return static_cast<double>(raw) / kScale;
}

inline std::string to_string(Raw raw) {
    const bool negative = raw < 0;
    auto rest = negative ? -static_cast<unsigned __int128>(raw) : static_cast<unsigned __int128>(raw);
    std::string digits;
    do {
        digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
        rest /= 10;
    } while (rest != 0);
    while (digits.size() <= kScaleDigits) {
        digits.push_back('0');
    }
    std::reverse(digits.begin(), digits.end());
    digits.insert(digits.size() - kScaleDigits, ".");
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') {
        digits.pop_back();
    }
    return negative ? "-" + digits : digits;
}

// An asked quantity. It arrives as a float, so it stands for every decimal within two units in its last
// place: 12345.678 is not a hair more than a level of 12345.678, although the float is.
struct Quantity {
    double value;
    Raw raw;
    Raw slack;
};

// More than any book can hold.
constexpr Raw kUnfillable = Raw{kPow10[16]} * kPow10[16] * kPow10[6];

namespace detail {

// value * 1e16, rounded half to even, by integers alone; value must be in (0, 1e22).
inline Raw scaled_exactly(double value) {
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    const auto significand = static_cast<std::int64_t>(std::ldexp(fraction, 53));
    constexpr std::int64_t five_to_16 = 152'587'890'625;
    const Raw product = Raw{significand} * five_to_16;
    const int shift = exponent - 53 + kScaleDigits;
    if (shift >= 0) {
        return product * (Raw{1} << shift);
    }
    const int down = -shift;
    if (down > 120) {
        return 0;
    }
    const Raw floor = product >> down;
    const Raw rest = product - (floor << down);
    const Raw half = Raw{1} << (down - 1);
    const bool up = rest > half || (rest == half && (floor & 1) != 0);
    return floor + (up ? 1 : 0);
}

}  // namespace detail

inline Quantity quantity_from_double(double value) {
    if (!(value > 0) || !std::isfinite(value)) {
        std::array<char, 32> shown{};
        std::snprintf(shown.data(), shown.size(), "%.17g", value);
        throw std::invalid_argument(std::string("quantity is ") + shown.data() +
                                    "; it must be a finite number above 0");
    }
    if (value >= 1e22) {
        return {value, kUnfillable, 0};
    }
    const Raw raw = detail::scaled_exactly(value);
    if (raw == 0) {
        throw std::invalid_argument("quantity is below 1e-16, the smallest a book can hold");
    }
    const double last_place = std::nextafter(value, HUGE_VAL) - value;
    const auto slack = static_cast<Raw>(2.0 * last_place * kScale);
    return {value, raw, slack};
}

}  // namespace bybit_nt
