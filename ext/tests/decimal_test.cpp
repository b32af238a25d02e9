#include "bybit_nt/decimal.hpp"

#include <cstdlib>
#include <limits>

#include "check.hpp"

using namespace bybit_nt;
using namespace bybit_nt::test;

static void mantissas_are_exact() {
    CHECK(from_mantissa(618002, 1) == Raw{618002} * kPow10[15]);
    CHECK(from_mantissa(1, 16) == 1);
    CHECK(to_string(from_mantissa(618002, 1)) == "61800.2");
    CHECK(to_string(from_mantissa(-5, 0)) == "-5");
    CHECK(to_string(from_mantissa(1, 16)) == "0.0000000000000001");
    CHECK(to_string(0) == "0");
    // The largest mantissa at the coarsest precision stays inside 128 bits.
    CHECK(from_mantissa(std::numeric_limits<std::int64_t>::max(), 0) > kMaxPrice);
    CHECK(to_string(from_mantissa(std::numeric_limits<std::int64_t>::min(), 0)) == "-9223372036854775808");
}

static void floats_are_the_nearest() {
    for (std::int64_t mantissa = 1; mantissa < 2'000'000; mantissa += 977) {
        for (int precision = 0; precision <= 8; ++precision) {
            const Raw raw = from_mantissa(mantissa, precision);
            const double nearest = std::strtod(to_string(raw).c_str(), nullptr);
            CHECK(to_double(raw, precision) == nearest);
            CHECK(near(to_double(raw, 0), nearest, 3e-16));
        }
    }
    CHECK(to_double(kMaxPrice, 0) == 17014118346046.0);
    CHECK(near(to_double(kMaxSize + 1, 2), 34028236692093.0));
}

static void precisions_are_checked() {
    check_precision(0, "p");
    check_precision(16, "p");
    for (int wrong : {-1, 17}) {
        const auto message =
            message_of<std::invalid_argument>([&] { check_precision(wrong, "price_precision"); });
        CHECK(contains(message, "price_precision is ") && contains(message, "between 0 and 16"));
    }
}

static void quantities_are_exact() {
    CHECK(quantity_from_double(0.5).raw == Raw{5} * kPow10[15]);
    CHECK(quantity_from_double(0.1).raw == Raw{kPow10[15]});
    CHECK(quantity_from_double(1e-16).raw == 1);
    CHECK(quantity_from_double(1e-16).slack == 0);
    CHECK(quantity_from_double(3.0).raw == Raw{3} * kPow10[16]);
    CHECK(quantity_from_double(9007199254740993.0).raw == Raw{9007199254740992} * kPow10[16]);
    CHECK(quantity_from_double(std::ldexp(1.0, -53)).raw == 1);
    CHECK(quantity_from_double(1e21).raw == Raw{kPow10[16]} * kPow10[16] * kPow10[5]);
    CHECK(quantity_from_double(1e22).raw == kUnfillable);
    CHECK(quantity_from_double(1.7e308).raw == kUnfillable);
}

static void slack_covers_the_float() {
    for (double value : {12345.678, 61800.2, 0.3, 1e9 + 0.1, 123456789.123456}) {
        const Quantity quantity = quantity_from_double(value);
        const Quantity next = quantity_from_double(std::nextafter(value, HUGE_VAL));
        CHECK(quantity.slack > 0);
        CHECK(next.raw - quantity.raw <= quantity.slack);
        CHECK(quantity.slack < quantity.raw / 1'000'000'000);
    }
}

static void quantities_are_checked() {
    const double infinity = std::numeric_limits<double>::infinity();
    for (double wrong : {0.0, -0.0, -1.0, infinity, -infinity, std::nan("")}) {
        CHECK(contains(message_of<std::invalid_argument>([&] { quantity_from_double(wrong); }),
                       "finite number above"));
    }
    for (double tiny : {1e-17, 5e-324, 4.9e-17}) {
        CHECK(
            contains(message_of<std::invalid_argument>([&] { quantity_from_double(tiny); }), "below 1e-16"));
    }
}

int main() {
    mantissas_are_exact();
    floats_are_the_nearest();
    precisions_are_checked();
    quantities_are_exact();
    slack_covers_the_float();
    quantities_are_checked();
    return result();
}
