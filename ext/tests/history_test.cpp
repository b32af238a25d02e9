// Lines that arrive in blocks, and rows of a trade archive.
#include <string>

#include "bybit_nt/line_buffer.hpp"
#include "bybit_nt/trade_row.hpp"
#include "check.hpp"

using namespace bybit_nt;

namespace {

void lines_are_whole_however_the_blocks_fall() {
    const std::string text = "one\r\n\ntwo\nthree";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        LineBuffer lines;
        std::string seen;
        std::string_view line;
        for (std::size_t at = 0; at < text.size(); at += size) {
            CHECK(lines.feed(std::string_view(text).substr(at, size)));
            while (lines.next(line)) {
                seen += std::string(line) + "|";
            }
        }
        CHECK(seen == "one||two|");
        CHECK(lines.has_rest());
        lines.finish();
        CHECK(lines.next(line) && line == "three");
        CHECK(!lines.next(line) && !lines.has_rest());
        CHECK(lines.count() == 4);
    }
}

void a_stamp_is_a_plain_count() {
    std::uint64_t ns = 0;
    std::string_view frame;
    CHECK(split_stamped("1723161256615000000 {}", ns, frame));
    CHECK(ns == 1'723'161'256'615'000'000U && frame == "{}");
    CHECK(!split_stamped("1723161256615000000", ns, frame));
    CHECK(!split_stamped(" {}", ns, frame));
    CHECK(!split_stamped("-1 {}", ns, frame));
    CHECK(!split_stamped("12345678901234567890123 {}", ns, frame));
}

constexpr NumberForm kForm{kScale128, 2, 3};
constexpr TradeRowForm kContract{0, 2, 4, 3, 6, 9};
constexpr TradeRowForm kSpot{1, 4, 2, 3, 0, 6};

bool reads(std::string_view row, const TradeRowForm& columns, layout::Data128::TradeType& trade) {
    return read_trade_row<layout::Data128>(row, columns, kForm, trade);
}

void rows_of_both_tables_are_exact() {
    layout::Data128::TradeType trade{};
    CHECK(reads("1735689600.0974,BTCUSDT,Sell,0.003,93530.00,ZeroMinusTick,e807,28059000000,0.003,280.59",
                kContract, trade));
    CHECK(trade.ts_event == 1'735'689'600'097'400'000U && trade.ts_init == trade.ts_event);
    CHECK(trade.price.raw == static_cast<__int128>(93530) * kPow10[16] && trade.price.precision == 2);
    CHECK(trade.size.raw == 30'000'000'000'000U);
    CHECK(trade.aggressor_side == 2 && trade.trade_id.length == 4);
    CHECK(reads("1,1747612800074,106453.8,0.003,buy,0", kSpot, trade));
    CHECK(trade.ts_event == 1'747'612'800'074'000'000U && trade.aggressor_side == 1);
    CHECK(trade.trade_id.length == 1 && trade.trade_id.value[0] == '1');
}

void a_row_that_is_no_trade_is_refused() {
    layout::Data128::TradeType trade{};
    CHECK(!reads("", kSpot, trade));
    CHECK(!reads("1,1747612800074,106453.8,0.003", kSpot, trade));
    CHECK(!reads("1,1747612800074,106453.8,0.003,hold", kSpot, trade));
    CHECK(!reads("1,1747612800074,106453.8,0.0035,buy", kSpot, trade));
    CHECK(!reads("1,1747612800074,106453.855,0.003,buy", kSpot, trade));
    CHECK(!reads("1,1747612800074,106453.8,0,buy", kSpot, trade));
    CHECK(!reads("1,-1747612800074,106453.8,0.003,buy", kSpot, trade));
    CHECK(!reads("1,1e300,106453.8,0.003,buy", kSpot, trade));
    CHECK(!reads(",1747612800074,106453.8,0.003,buy", kSpot, trade));
    CHECK(!reads("0123456789012345678901234567890123456,1747612800074,106453.8,0.003,buy", kSpot, trade));
    CHECK(!reads(",,,,,,,,,,,,,,,,,,,,,,,,,,", kSpot, trade));
}

}  // namespace

int main() {
    lines_are_whole_however_the_blocks_fall();
    a_stamp_is_a_plain_count();
    rows_of_both_tables_are_exact();
    a_row_that_is_no_trade_is_refused();
    return test::result();
}
