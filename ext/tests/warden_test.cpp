#include "bybit_nt/warden.hpp"

#include <limits>

#include "check.hpp"

using namespace bybit_nt;
using namespace bybit_nt::test;
using Numbers = std::vector<std::int64_t>;

static SideArrays side(const Numbers& prices, const Numbers& sizes, const char* prices_name = "bid_prices",
                       const char* sizes_name = "bid_sizes") {
    return {prices.data(), prices.size(), sizes.data(), sizes.size(), prices_name, sizes_name};
}

static const Numbers kNone;
static const char* const kId = "BTCUSDT-LINEAR.BYBIT";

static void arrays_snapshot_then_levels() {
    Warden warden;
    const Numbers bids{100, 99};
    const Numbers sizes{5, 6};
    warden.apply_snapshot(kId, side(bids, sizes), side(kNone, kNone), 1, 3, 4);
    const Numbers changes{99, 98, 100};
    const Numbers change_sizes{7, 8, 0};
    warden.apply_levels(kId, side(changes, change_sizes), side(bids, sizes), 1, 3, 5);
    const Book& book = warden.book(kId);
    CHECK(book.bids.size() == 2 && book.bids.best() == (Level{from_mantissa(99, 1), from_mantissa(7, 3)}));
    CHECK(book.asks.size() == 2 && book.asks.best().price == from_mantissa(99, 1));
    CHECK(book.ts_event == 5 && book.price_precision == 1 && book.size_precision == 3);
    warden.apply_snapshot(kId, side(kNone, kNone), side(kNone, kNone), 1, 3, 6);
    CHECK(warden.book(kId).bids.empty() && warden.book(kId).asks.empty());
}

static void errors_leave_every_book_as_it_was() {
    Warden warden;
    const Numbers good{100};
    const Numbers one{1};
    warden.apply_snapshot(kId, side(good, one), side(kNone, kNone), 1, 3, 4);
    const auto refused = [&](const Numbers& prices, const Numbers& sizes, int price_precision,
                             const char* part) {
        const auto message = message_of<std::invalid_argument>([&] {
            warden.apply_levels(kId, side(kNone, kNone), side(prices, sizes, "ask_prices", "ask_sizes"),
                                price_precision, 3, 9);
        });
        CHECK(contains(message, part));
        CHECK(message_of<std::invalid_argument>([&] {
                  warden.apply_snapshot("NEW", side(good, one), side(prices, sizes), price_precision, 3, 9);
              }) != "");
    };
    refused({101, -1}, {1, 1}, 1, "ask_prices[1] is -1");
    refused({0}, {1}, 1, "ask_prices[0] is 0");
    refused({101}, {-2}, 1, "ask_sizes[0] is -2");
    refused({101, 102}, {1}, 1, "ask_sizes has 1 entries");
    refused({101}, {1}, 17, "price_precision is 17");
    refused({101}, {1}, -1, "price_precision is -1");
    refused({std::numeric_limits<std::int64_t>::max()}, {1}, 0, "ask_prices[0] is 9223372036854775807");
    refused({std::numeric_limits<std::int64_t>::min()}, {1}, 0, "ask_prices[0] is -9223372036854775808");
    CHECK(warden.book(kId).bids.size() == 1 && warden.book(kId).asks.empty() &&
          warden.book(kId).ts_event == 4);
    CHECK(!warden.contains("NEW"));
}

template <typename Native>
static Native delta(std::uint32_t action, std::uint32_t order_side, std::int64_t price, std::int64_t size) {
    static const char* const symbol = "BTCUSDT-LINEAR";
    static const char* const venue = "BYBIT";
    Native native{};
    native.instrument_id = {symbol, venue};
    native.action = action;
    using Price = decltype(native.order.price.raw);
    using Size = decltype(native.order.size.raw);
    constexpr std::int64_t one = sizeof(Price) == 16 ? 10'000'000'000'000'000 : 1'000'000'000;
    native.order.side = order_side;
    native.order.price = {static_cast<Price>(price) * one, 0};
    native.order.size = {static_cast<Size>(size) * static_cast<Size>(one), 0};
    native.ts_event = 77;
    return native;
}

template <typename Native>
static void deltas_are_applied(layout::DeltaLayout layout) {
    Warden warden;
    const auto apply = [&](std::vector<Native> deltas) {
        warden.apply_deltas(kId, {deltas.data(), deltas.size(), deltas.size()}, layout);
    };
    apply({});
    CHECK(!warden.contains(kId));
    apply({delta<Native>(1, 1, 100, 5), delta<Native>(1, 1, 99, 6), delta<Native>(1, 2, 101, 7)});
    apply({delta<Native>(3, 1, 100, 5), delta<Native>(2, 2, 101, 9)});
    const Book& book = warden.book(kId);
    CHECK(book.bids.size() == 1 && book.bids.best() == (Level{from_mantissa(99, 0), from_mantissa(6, 0)}));
    CHECK(book.asks.best() == (Level{from_mantissa(101, 0), from_mantissa(9, 0)}) && book.ts_event == 77);
    apply({delta<Native>(1, 1, 55, 5), delta<Native>(4, 0, 0, 0), delta<Native>(1, 1, 50, 1)});
    CHECK(book.bids.size() == 1 && book.bids.best().price == from_mantissa(50, 0) && book.asks.empty());

    const auto refused = [&](Native wrong, const char* part) {
        const auto message = message_of<std::invalid_argument>(
            [&] { apply({delta<Native>(4, 0, 0, 0), delta<Native>(1, 1, 60, 1), wrong}); });
        CHECK(contains(message, part) && contains(message, "deltas[2]"));
        CHECK(book.bids.size() == 1 && book.bids.best().price == from_mantissa(50, 0));
    };
    refused(delta<Native>(0, 1, 1, 1), "action 0");
    refused(delta<Native>(5, 1, 1, 1), "action 5");
    refused(delta<Native>(1, 0, 1, 1), "side 0");
    refused(delta<Native>(1, 2, 0, 1), "price");
    refused(delta<Native>(1, 2, -1, 1), "price");
    Native other = delta<Native>(1, 1, 1, 1);
    other.instrument_id.symbol = "ETHUSDT-LINEAR";
    refused(other, "another instrument");
    Native fine = delta<Native>(1, 1, 1, 1);
    fine.order.price.precision = 17;
    refused(fine, "precisions 17");
}

static void the_largest_raw_values() {
    Warden warden;
    auto largest = delta<layout::Delta128>(1, 1, 1, 1);
    largest.order.price.raw = kMaxPrice;
    largest.order.size.raw = static_cast<unsigned __int128>(kMaxSize);
    warden.apply_deltas(kId, {&largest, 1, 1}, layout::DeltaLayout::kRaw128);
    largest.order.size.raw = ~static_cast<unsigned __int128>(0);
    CHECK(contains(message_of<std::invalid_argument>(
                       [&] { warden.apply_deltas(kId, {&largest, 1, 1}, layout::DeltaLayout::kRaw128); }),
                   "of size raw"));
    largest.action = 3;  // what a deletion says about the size does not matter
    warden.apply_deltas(kId, {&largest, 1, 1}, layout::DeltaLayout::kRaw128);
    CHECK(warden.book(kId).bids.empty());
    CHECK(contains(message_of<std::invalid_argument>(
                       [&] { warden.apply_deltas(kId, {nullptr, 3, 3}, layout::DeltaLayout::kRaw128); }),
                   "capsule holds"));
}

static void the_wrong_instrument_is_refused() {
    Warden warden;
    auto one = delta<layout::Delta128>(1, 1, 1, 1);
    for (const char* wrong :
         {"", "BTCUSDT-LINEAR", "BTCUSDT-LINEAR.BYBI", "BTCUSDT-LINEAR.BYBITX", "BTCUSDT-LINEARxBYBIT"}) {
        CHECK(contains(message_of<std::invalid_argument>(
                           [&] { warden.apply_deltas(wrong, {&one, 1, 1}, layout::DeltaLayout::kRaw128); }),
                       "for BTCUSDT-LINEAR.BYBIT"));
    }
}

static void unknown_books_are_named() {
    Warden warden;
    CHECK(contains(message_of<UnknownBook>([&] { warden.book("X"); }), "no book for X"));
    CHECK(contains(message_of<UnknownBook>([&] { warden.clear("X"); }), "no book for X"));
    const Numbers one{1};
    warden.apply_snapshot("X", side(one, one), side(kNone, kNone), 0, 0, 1);
    warden.clear("X");
    CHECK(warden.contains("X") && warden.book("X").bids.empty());
    warden.reset();
    CHECK(!warden.contains("X"));
}

int main() {
    arrays_snapshot_then_levels();
    errors_leave_every_book_as_it_was();
    deltas_are_applied<layout::Delta128>(layout::DeltaLayout::kRaw128);
    deltas_are_applied<layout::Delta64>(layout::DeltaLayout::kRaw64);
    the_largest_raw_values();
    the_wrong_instrument_is_refused();
    unknown_books_are_named();
    return result();
}
