#include <array>
#include <limits>

#include "bybit_nt/nautilus_layout.hpp"
#include "check.hpp"

using namespace bybit_nt::layout;
using namespace bybit_nt::test;

// The framework's C header gives these on every 64-bit platform it is built for.
static_assert(sizeof(void*) == 8);
static_assert(sizeof(Delta128) == 160 && alignof(Delta128) == 16);
static_assert(sizeof(Delta64) == 104 && alignof(Delta64) == 8);
static_assert(offsetof(Delta128, action) == 16 && offsetof(Delta64, action) == 16);
static_assert(offsetof(Delta128, order) == 32 && offsetof(Delta64, order) == 24);
static_assert(offsetof(Delta128::Order, price) == 16 && offsetof(Delta64::Order, price) == 8);
static_assert(offsetof(Delta128::Order, size) == 48 && offsetof(Delta64::Order, size) == 24);
static_assert(offsetof(Delta128::Order, order_id) == 80 && offsetof(Delta64::Order, order_id) == 40);
static_assert(offsetof(Delta128, flags) == 128 && offsetof(Delta64, flags) == 72);
static_assert(offsetof(Delta128, ts_init) == 152 && offsetof(Delta64, ts_init) == 96);
static_assert(sizeof(Data128::QuoteType) == 160 && offsetof(Data128::QuoteType, ts_event) == 144);
static_assert(sizeof(Data64::QuoteType) == 96 && offsetof(Data64::QuoteType, ts_event) == 80);
static_assert(sizeof(TradeId) == 38 && alignof(TradeId) == 1);
static_assert(sizeof(Data128::TradeType) == 144 && offsetof(Data128::TradeType, trade_id) == 84);
static_assert(sizeof(Data64::TradeType) == 112 && offsetof(Data64::TradeType, trade_id) == 52);
static_assert(offsetof(Data128, delta) == 16 && offsetof(Data64, delta) == 8);
// The proof reads half of its deltas, and so stays inside the block with the wrong stride too.
static_assert(sizeof(Delta128) <= 2 * sizeof(Delta64));

template <typename Native, typename Price, typename Size>
static void every_field_is_read(DeltaLayout layout, Price price, Size size) {
    std::array<Native, 2> block{};
    Native& delta = block[1];
    delta.instrument_id = {"BTCUSDT-LINEAR", "BYBIT"};
    delta.action = 3;
    delta.order = {2, {price, 7}, {size, 5}, std::numeric_limits<std::uint64_t>::max()};
    delta.flags = 255;
    delta.sequence = 11;
    delta.ts_event = 12;
    delta.ts_init = 13;
    const DecodedDelta read = decode({block.data(), 2, 2}, 1, layout);
    CHECK(read.instrument_id.symbol == delta.instrument_id.symbol);
    CHECK(read.instrument_id.venue == delta.instrument_id.venue);
    CHECK(read.action == 3 && read.side == 2 && read.price_precision == 7 && read.size_precision == 5);
    CHECK(read.price_raw == price && read.size_raw == size);
    CHECK(read.order_id == std::numeric_limits<std::uint64_t>::max() && read.flags == 255);
    CHECK(read.sequence == 11 && read.ts_event == 12 && read.ts_init == 13);
}

static void memory_need_not_be_aligned() {
    std::array<unsigned char, sizeof(Delta128) + 1> bytes{};
    Delta128 delta{};
    delta.order.price.raw = -7;
    std::memcpy(bytes.data() + 1, &delta, sizeof(delta));
    CHECK(decode<Delta128>(bytes.data() + 1, 0).price_raw == -7);
}

int main() {
    every_field_is_read<Delta128>(DeltaLayout::kRaw128, -(static_cast<__int128>(3) << 90),
                                  static_cast<unsigned __int128>(5) << 100);
    every_field_is_read<Delta64>(DeltaLayout::kRaw64, -(std::int64_t{3} << 40), std::uint64_t{5} << 60);
    memory_need_not_be_aligned();
    return result();
}
