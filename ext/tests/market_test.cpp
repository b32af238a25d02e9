// One market through odd books, odd times and the framework's trades, under the sanitizers.
#include <limits>

#include "../fuzz/market_checks.hpp"
#include "bybit_nt/warden.hpp"
#include "check.hpp"

using namespace bybit_nt;
using namespace bybit_nt::test;
using Numbers = std::vector<std::int64_t>;

static const char* const kId = "BTCUSDT-LINEAR.BYBIT";
static const Numbers kNone;

static SideArrays side(const Numbers& prices, const Numbers& sizes) {
    return {prices.data(), prices.size(), sizes.data(), sizes.size(), "prices", "sizes"};
}

static void ask_everything(Warden& warden) {
    for (const double quantity : {1e-16, 0.5, 3.0, 1e9, 1e308}) {
        for (const std::uint64_t now_ns : {std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max()}) {
            for (const std::uint64_t horizon_ns :
                 {std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()}) {
                for (const Side each : {Side::kBuy, Side::kSell}) {
                    const Forecast told =
                        warden.forecast(kId, each, quantity_from_double(quantity), horizon_ns, now_ns);
                    CHECK(std::isnan(told.expected_mid_bps) == std::isnan(told.walk.slippage_mid_bps));
                    CHECK(warden.topology(kId, each, quantity_from_double(quantity), now_ns).connectivity >=
                          0.0);
                }
            }
        }
    }
}

static void ten_thousand_levels_a_side() {
    Warden warden;
    warden.load_model(fuzz::made_model(7));
    Numbers bids, asks, sizes;
    for (std::int64_t i = 0; i < 10'000; ++i) {
        bids.push_back(600'000 - i);
        asks.push_back(600'001 + i);
        sizes.push_back(i * 7919 % 997 + 1);
    }
    std::uint64_t now_ns = 1'000'000'000;
    for (int i = 0; i < 5; ++i) {
        warden.apply_snapshot(kId, side(bids, sizes), side(asks, sizes), 1, 3, now_ns);
        now_ns += 130'000'000;
    }
    const Quantity deep = quantity_from_double(4'900.0);
    const Forecast told = warden.forecast(kId, Side::kBuy, deep, 100'000'000, 0);
    CHECK(told.walk.sufficient && told.walk.levels_used > 9'000 && std::isfinite(told.q95_mid_bps));
    const TopologyScore score = warden.topology(kId, Side::kBuy, deep, 0);
    CHECK(score.walls.bars > 500 && score.stability > 0.999999 && !score.is_disconnected);
    ask_everything(warden);
    Warden again = Warden::restore(warden.snapshot());
    CHECK(again.snapshot() == warden.snapshot());
}

static void odd_books() {
    const Numbers best{1000}, above{1010}, one{1}, five{1000, 999, 998, 997, 996}, sizes{5, 5, 5, 5, 5};
    for (const auto& [bids, asks] : std::vector<std::pair<Numbers, Numbers>>{
             {kNone, kNone}, {best, kNone}, {kNone, best}, {best, best}, {above, best}, {five, above}}) {
        Warden warden;
        warden.load_model(fuzz::made_model(9));
        const Numbers bid_sizes(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(bids.size()));
        const Numbers ask_sizes(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(asks.size()));
        for (std::uint64_t now_ns = 1; now_ns < 2'000'000'000; now_ns += 101'000'000) {
            warden.apply_snapshot(kId, side(bids, bid_sizes), side(asks, ask_sizes), 1, 3, now_ns);
            warden.apply_trade(kId, now_ns % 2 == 0, 100.0, 0.5, now_ns);
        }
        ask_everything(warden);
        warden.clear(kId);
        ask_everything(warden);
    }
}

// An event from the past counts at the latest time seen; the ends of time are no trouble.
static void times_run_backwards_and_jump() {
    const Numbers bid{1000}, ask{1001}, size{7};
    const auto feed = [&](Warden& warden, std::uint64_t ts_ns) {
        warden.apply_snapshot(kId, side(bid, size), side(ask, size), 1, 3, ts_ns);
        warden.apply_trade(kId, true, 100.0, 1.0, ts_ns);
    };
    Warden backwards, still;
    backwards.load_model(fuzz::made_model(3));
    still.load_model(fuzz::made_model(3));
    feed(backwards, 5'000'000'000);
    feed(still, 5'000'000'000);
    feed(backwards, 1);
    feed(still, 5'000'000'000);
    const Quantity half = quantity_from_double(0.005);
    CHECK(backwards.forecast(kId, Side::kBuy, half, 1, 0).features ==
          still.forecast(kId, Side::kBuy, half, 1, 0).features);
    feed(backwards, std::numeric_limits<std::uint64_t>::max());
    feed(backwards, 0);
    ask_everything(backwards);
}

template <typename Native>
static Native trade(std::uint32_t aggressor, std::int64_t price, std::int64_t size) {
    static const char* const symbol = "BTCUSDT-LINEAR";
    static const char* const venue = "BYBIT";
    constexpr std::int64_t one = sizeof(Native{}.price.raw) == 16 ? 10'000'000'000'000'000 : 1'000'000'000;
    Native native{};
    native.instrument_id = {symbol, venue};
    native.price = {static_cast<decltype(native.price.raw)>(price) * one, 0};
    native.size = {static_cast<decltype(native.size.raw)>(size) * static_cast<decltype(native.size.raw)>(one),
                   0};
    native.aggressor_side = aggressor;
    native.ts_init = 9;
    return native;
}

template <typename Native>
static void trades_are_read(layout::DeltaLayout layout) {
    std::vector<Trade> read;
    std::vector<Native> sent{trade<Native>(1, 100, 3), trade<Native>(0, 5, 5), trade<Native>(2, 101, 4)};
    sent[2].ts_event = 8;
    read_trades({sent.data(), sent.size(), sent.size()}, layout, kId, read);
    CHECK(read.size() == 2 && read[0].is_buy && read[0].price == 100.0 && read[0].size == 3.0);
    CHECK(!read[1].is_buy && read[1].price == 101.0 && read[0].ts_ns == 9 && read[1].ts_ns == 8);

    Warden warden;
    const auto refused = [&](Native wrong, const char* part) {
        std::vector<Native> two{trade<Native>(1, 100, 3), wrong};
        const auto message = message_of<std::invalid_argument>(
            [&] { warden.apply_trades(kId, {two.data(), two.size(), two.size()}, layout); });
        CHECK(contains(message, "trades[1]") && contains(message, part));
        CHECK(!warden.contains(kId));
    };
    refused(trade<Native>(3, 1, 1), "aggressor side 3");
    refused(trade<Native>(1, 0, 1), "a price must be above 0");
    refused(trade<Native>(1, -1, 1), "a price must be above 0");
    refused(trade<Native>(1, 1, 0), "a size must be above 0");
    Native fine = trade<Native>(1, 1, 1);
    fine.size.precision = 17;
    refused(fine, "of precisions 0 and 17");
    Native other = trade<Native>(1, 1, 1);
    other.instrument_id.symbol = "ETHUSDT-LINEAR";
    refused(other, "for ETHUSDT-LINEAR.BYBIT");
    CHECK(contains(
        message_of<std::invalid_argument>([&] { warden.apply_trades(kId, {nullptr, 3, 3}, layout); }),
        "capsule holds 3 trades"));
    warden.apply_trades(kId, {nullptr, 0, 0}, layout);
    CHECK(!warden.contains(kId));
}

static void half_a_message_never_counts() {
    Warden warden;
    const Numbers bid{1000}, ask{1001}, size{7}, bad{-1};
    warden.apply_snapshot(kId, side(bid, size), side(ask, size), 1, 3, 1'000'000'000);
    const std::string before = warden.snapshot();
    CHECK(message_of<std::invalid_argument>(
              [&] { warden.apply_levels(kId, side(bid, size), side(ask, bad), 1, 3, 2'000'000'000); }) != "");
    for (const double wrong : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), HUGE_VAL}) {
        CHECK(message_of<std::invalid_argument>([&] { warden.apply_trade(kId, true, wrong, 1.0, 1); }) != "");
        CHECK(message_of<std::invalid_argument>([&] { warden.apply_trade(kId, true, 1.0, wrong, 1); }) != "");
        CHECK(message_of<std::invalid_argument>([&] { warden.set_contract(kId, wrong, false); }) != "");
    }
    CHECK(warden.snapshot() == before);
}

int main() {
    ten_thousand_levels_a_side();
    odd_books();
    times_run_backwards_and_jump();
    trades_are_read<layout::Trade128>(layout::DeltaLayout::kRaw128);
    trades_are_read<layout::Trade64>(layout::DeltaLayout::kRaw64);
    half_a_message_never_counts();
    return result();
}
