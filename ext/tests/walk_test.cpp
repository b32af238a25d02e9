#include "bybit_nt/walk.hpp"

#include "check.hpp"

using namespace bybit_nt;
using namespace bybit_nt::test;

static Raw tenths(std::int64_t value) { return from_mantissa(value, 1); }
static Raw thousandths(std::int64_t value) { return from_mantissa(value, 3); }

static Book sample() {
    Book book;
    book.price_precision = 1;
    book.size_precision = 3;
    book.bids.set({tenths(1000), thousandths(5000)});
    book.bids.set({tenths(990), thousandths(20'000)});
    book.asks.set({tenths(1001), thousandths(1000)});
    book.asks.set({tenths(1002), thousandths(2000)});
    book.asks.set({tenths(1010), thousandths(12345'678)});
    return book;
}

static void a_buy_pays_the_asks() {
    const Walk walked = walk(sample(), Side::kBuy, quantity_from_double(2.0));
    CHECK(walked.sufficient && walked.levels_used == 2 && walked.filled_quantity == 2.0);
    CHECK(near(walked.average_price, 100.15) && walked.worst_price == 100.2);
    CHECK(walked.best_bid == 100.0 && walked.best_ask == 100.1 && walked.mid == 100.05);
    CHECK(near(walked.slippage_mid_bps, 0.1 / 100.05 * 1e4));
    CHECK(near(walked.slippage_touch_bps, 0.05 / 100.1 * 1e4));
}

static void a_sell_gets_the_bids() {
    const Walk walked = walk(sample(), Side::kSell, quantity_from_double(25.0));
    CHECK(walked.sufficient && walked.levels_used == 2 && near(walked.average_price, 99.2));
    CHECK(near(walked.slippage_mid_bps, 0.85 / 100.05 * 1e4));
    CHECK(near(walked.slippage_touch_bps, 0.8 / 100.0 * 1e4));
}

static void within_the_touch_costs_half_the_spread() {
    const Walk walked = walk(sample(), Side::kBuy, quantity_from_double(1.0));
    CHECK(walked.average_price == 100.1 && walked.levels_used == 1 && walked.slippage_touch_bps == 0.0);
    CHECK(near(walked.slippage_mid_bps, 0.05 / 100.05 * 1e4));
}

static void the_exact_depth_is_enough_and_a_lot_more_is_not() {
    const Book book = sample();
    CHECK(walk(book, Side::kBuy, quantity_from_double(12348.678)).sufficient);
    CHECK(walk(book, Side::kBuy, quantity_from_double(std::nextafter(12348.678, 1e9))).sufficient);
    const Walk more = walk(book, Side::kBuy, quantity_from_double(12348.679));
    CHECK(!more.sufficient && more.levels_used == 3 && more.filled_quantity == 12348.678);
    CHECK(std::isnan(more.average_price) && std::isnan(more.worst_price));
    CHECK(std::isnan(more.slippage_mid_bps) && std::isnan(more.slippage_touch_bps));
    CHECK(more.mid == 100.05 && more.best_ask == 100.1);
}

static void empty_and_one_sided() {
    Book book;
    const Walk nothing = walk(book, Side::kBuy, quantity_from_double(1.0));
    CHECK(!nothing.sufficient && nothing.levels_used == 0 && nothing.filled_quantity == 0.0);
    CHECK(std::isnan(nothing.mid) && std::isnan(nothing.best_bid) && std::isnan(nothing.best_ask));
    book.asks.set({tenths(1001), thousandths(1000)});
    const Walk one_sided = walk(book, Side::kBuy, quantity_from_double(0.5));
    CHECK(one_sided.sufficient && near(one_sided.average_price, 100.1) &&
          one_sided.slippage_touch_bps == 0.0);
    CHECK(std::isnan(one_sided.mid) && std::isnan(one_sided.slippage_mid_bps));
    CHECK(std::isnan(impact_exponent(book, Side::kBuy, quantity_from_double(0.1))));
    CHECK(!walk(book, Side::kSell, quantity_from_double(0.5)).sufficient);
}

static void locked_and_crossed() {
    Book book;
    book.price_precision = 1;
    book.bids.set({tenths(1000), thousandths(1000)});
    book.asks.set({tenths(1000), thousandths(1000)});
    const Walk locked = walk(book, Side::kBuy, quantity_from_double(0.25));
    CHECK(locked.sufficient && locked.slippage_mid_bps == 0.0 && locked.mid == 100.0);
    CHECK(std::isnan(impact_exponent(book, Side::kBuy, quantity_from_double(0.25))));
    book.bids.set({tenths(1002), thousandths(1000)});
    const Walk crossed = walk(book, Side::kBuy, quantity_from_double(0.25));
    CHECK(crossed.sufficient && near(crossed.slippage_mid_bps, -0.1 / 100.1 * 1e4));
    CHECK(std::isnan(impact_exponent(book, Side::kBuy, quantity_from_double(0.25))));
}

static void the_exponent_is_the_slope_of_the_impact() {
    const Book book = sample();
    const double once = walk(book, Side::kBuy, quantity_from_double(2.0)).slippage_mid_bps;
    const double twice = walk(book, Side::kBuy, quantity_from_double(4.0)).slippage_mid_bps;
    CHECK(near(impact_exponent(book, Side::kBuy, quantity_from_double(2.0)), std::log2(twice / once)));
    CHECK(impact_exponent(book, Side::kBuy, quantity_from_double(0.25)) == 0.0);
    CHECK(std::isnan(impact_exponent(book, Side::kSell, quantity_from_double(12.6))));
    CHECK(!std::isnan(impact_exponent(book, Side::kSell, quantity_from_double(12.5))));
    CHECK(std::isnan(impact_exponent(book, Side::kSell, quantity_from_double(1.7e308))));
}

static void ten_thousand_levels_of_the_largest_size() {
    Book book;
    std::vector<Level> levels;
    for (int i = 0; i < 10'000; ++i) {
        levels.push_back({kMaxPrice - i, kMaxSize});
    }
    book.asks.assign(levels);
    book.bids.set({1, 1});
    const Walk whole = walk(book, Side::kBuy, quantity_from_double(34028236692093.0 * 9'999.5));
    CHECK(whole.sufficient && whole.levels_used == 10'000 && std::isfinite(whole.slippage_mid_bps));
    CHECK(!walk(book, Side::kBuy, quantity_from_double(1e21)).sufficient);
    CHECK(!walk(book, Side::kBuy, quantity_from_double(1e300)).sufficient);
}

int main() {
    a_buy_pays_the_asks();
    a_sell_gets_the_bids();
    within_the_touch_costs_half_the_spread();
    the_exact_depth_is_enough_and_a_lot_more_is_not();
    empty_and_one_sided();
    locked_and_crossed();
    the_exponent_is_the_slope_of_the_impact();
    ten_thousand_levels_of_the_largest_size();
    return result();
}
