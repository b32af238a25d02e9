#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "bybit_nt/orderbook_frame.hpp"
#include "bybit_nt/trades_frame.hpp"
#include "check.hpp"

using namespace bybit_nt;
using namespace bybit_nt::test;

constexpr std::string_view kTopic = "orderbook.50.X";
constexpr NumberForm kForm{kScale128, 2, 3};

static std::string book(std::string_view data,
                        std::string_view head = "\"type\":\"delta\",\"ts\":9,\"cts\":8") {
    return "{\"topic\":\"orderbook.50.X\"," + std::string(head) + ",\"data\":{" + std::string(data) + "}}";
}

static bool takes(const std::string& json) {
    OrderbookFrame frame;
    return read_orderbook(json, kTopic, kForm, frame);
}

static void a_frame_becomes_values() {
    OrderbookFrame frame;
    CHECK(read_orderbook(book(R"("s":"X","a":[["2","0"]],"b":[["1.25","0.5"],["-3","4"]],"u":7,"seq":6)"),
                         kTopic, kForm, frame));
    CHECK(frame.bids.size() == 2 && frame.asks.size() == 1);
    CHECK(frame.bids[0].price == Raw{125} * kPow10[14] && frame.bids[0].size == Raw{5} * kPow10[15]);
    CHECK(frame.bids[1].price == -3 * Raw{kPow10[16]} && frame.asks[0].size == 0);
    CHECK(frame.update_id == 7 && frame.sequence == 6 && !frame.is_snapshot &&
          frame.ts_event_ns() == 8'000'000);
    CHECK(read_orderbook(book(R"("s":"","a":[],"b":[],"u":"7")", "\"type\":\"snapshot\",\"ts\":\"9\""),
                         kTopic, kForm, frame));
    CHECK(frame.bids.empty() && frame.sequence == 0 && frame.is_snapshot && frame.ts_event_ns() == 9'000'000);
}

static void what_counts_is_what_came_last() {
    OrderbookFrame frame;
    CHECK(read_orderbook(
        book(R"("u":1,"s":"X","b":[["1","1"]],"a":[],"u":2,"b":[["2","2"]],"seq":5,"seq":null)"), kTopic,
        kForm, frame));
    CHECK(frame.update_id == 2 && frame.bids.size() == 1 && frame.bids[0].price == 2 * Raw{kPow10[16]});
    CHECK(frame.sequence == 0);
}

static void what_is_amiss_is_refused() {
    const std::string whole = book(R"("s":"X","b":[["1","1"]],"a":[],"u":7)");
    CHECK(takes(whole) && takes(" " + whole + "\n"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK(!takes(whole.substr(0, size)));
    }
    for (const char* tail : {"x", ",", "{}", "\x0b", "\""}) {
        CHECK(!takes(whole + tail));
    }
    for (const char* data :
         {R"("s":"X","b":[],"a":[])", R"("s":"X","b":[],"u":7)", R"("b":[],"a":[],"u":7)",
          R"("s":"X","b":[["1"]],"a":[],"u":7)", R"("s":"X","b":[["1","1","1"]],"a":[],"u":7)",
          R"("s":"X","b":[["1","1"],],"a":[],"u":7)", R"("s":"X","b":null,"a":[],"u":7)",
          R"("s":"X","b":[],"a":[],"u":-7)", R"("s":"X","b":[],"a":[],"u":7.0)",
          R"("s":"X","b":[],"a":[],"u":9223372036854775808)", R"("s":X,"b":[],"a":[],"u":7)"}) {
        CHECK(!takes(book(data)));
    }
    for (const char* level :
         {R"("1","-1")", R"("+1","1")", R"("1.001","1")", R"("1","1.0001")", R"("","1")", R"("1.","1")",
          R"(".5","1")", R"(" 1","1")", R"("17014118346046.01","1")", R"("1","34028236692093.001")",
          R"("1e99999","1")", R"("NaN","1")", R"(1.,1)", R"(01,1)"}) {
        CHECK(!takes(book(R"("s":"X","b":[[)" + std::string(level) + R"(]],"a":[],"u":7)")));
    }
    for (const char* level :
         {R"("17014118346046","34028236692093")", R"("1e1","1E-3")", R"(1.5,2)", R"("1.100","0")",
          R"("\u0031","1")", R"("-0","-0")", R"("0012.50000000000000000000000000","1")"}) {
        CHECK(takes(book(R"("s":"X","b":[[)" + std::string(level) + R"(]],"a":[],"u":7)")));
    }
}

static void the_topic_is_found_wherever_it_stands() {
    const auto found = [](std::string_view json) {
        JsonScanner scanner(json);
        return std::string(find_topic(json, scanner));
    };
    CHECK(found(R"({"topic":"a.b","x":1)") == "a.b");
    CHECK(found(R"( {"x":[{"topic":"c"}] , "t\u006fpic" : "a\u002Eb"})") == "a.b");
    CHECK(found(R"({"topic":"a\u002eb"})") == "a.b");
    CHECK(found(R"({"op":"pong"})").empty() && found(R"({"topic":7})").empty());
    CHECK(found("[]").empty() && found("").empty() && found(R"({"topic":"a)").empty());
}

static OrderbookFrame with_update(std::uint64_t update_id, bool is_snapshot) {
    OrderbookFrame frame;
    frame.update_id = update_id;
    frame.is_snapshot = is_snapshot;
    return frame;
}

static void only_what_plainly_follows_is_applied() {
    CHECK(judge(with_update(6, false), true, 5, 50) == BookVerdict::kDelta);
    CHECK(judge(with_update(6, false), false, 5, 50) == BookVerdict::kAsk);
    CHECK(judge(with_update(5, false), true, 5, 50) == BookVerdict::kAsk);
    CHECK(judge(with_update(7, false), true, 5, 50) == BookVerdict::kAsk);
    CHECK(judge(with_update(1, false), true, 5, 50) == BookVerdict::kSnapshot);
    CHECK(judge(with_update(5, true), true, 5, 50) == BookVerdict::kSnapshot);
    CHECK(judge(with_update(5, true), true, 5, 1) == BookVerdict::kAsk);
    CHECK(judge(with_update(5, true), false, 0, 1) == BookVerdict::kSnapshot);
}

static void deltas_carry_their_flags() {
    OrderbookFrame frame = with_update(2, true);
    frame.bids = {{1, 5}, {2, 0}};
    frame.asks = {{3, 0}};
    std::vector<layout::Delta128> deltas;
    fill_deltas<layout::Data128>(frame, true, {"X", "BYBIT"}, kForm, 4, deltas);
    CHECK(deltas.size() == 4 && deltas[0].action == 4 && deltas[0].flags == 32);
    CHECK(deltas[1].action == 1 && deltas[1].flags == 32 && deltas[1].order.price.precision == 2);
    CHECK(deltas[2].action == 3 && deltas[3].action == 3 && deltas[3].flags == (32 | 128));
    fill_deltas<layout::Data128>(frame, false, {"X", "BYBIT"}, kForm, 4, deltas);
    CHECK(deltas.size() == 3 && deltas[0].action == 2 && deltas[1].action == 3 && deltas[2].action == 3);
    CHECK(deltas[2].order.side == 2 && deltas[1].flags == 0 && deltas[2].flags == 128);
    frame.bids.clear();
    frame.asks.clear();
    fill_deltas<layout::Data128>(frame, false, {"X", "BYBIT"}, kForm, 4, deltas);
    CHECK(deltas.empty());
    fill_deltas<layout::Data128>(frame, true, {"X", "BYBIT"}, kForm, 4, deltas);
    CHECK(deltas.size() == 1 && deltas[0].flags == (32 | 128));
}

static bool takes_trade(const std::string& row, std::vector<layout::Data64::TradeType>& trades) {
    const TradeContext context{"X", {"X", "BYBIT"}, {kScale64, 2, 3}, 4};
    return read_trades<layout::Data64>(R"({"topic":"publicTrade.X","ts":9,"data":[)" + row + "]}",
                                       "publicTrade.X", context, trades);
}

static void trades_become_structs() {
    std::vector<layout::Data64::TradeType> trades;
    CHECK(takes_trade(R"({"T":5,"s":"X","S":"Sell","v":"0.004","p":"1.25","i":"id-7","BT":false,"seq":1})",
                      trades));
    CHECK(trades.size() == 1 && trades[0].price.raw == 1'250'000'000 && trades[0].size.raw == 4'000'000);
    CHECK(trades[0].aggressor_side == 2 && trades[0].ts_event == 5'000'000 && trades[0].ts_init == 4);
    CHECK(std::string(reinterpret_cast<const char*>(trades[0].trade_id.value)) == "id-7" &&
          trades[0].trade_id.length == 4);
    CHECK(takes_trade("", trades) && trades.empty());
    for (const char* row :
         {R"({"T":5,"s":"Y","S":"Sell","v":"1","p":"1","i":"a"})",
          R"({"T":5,"s":"X","S":"Sell","v":"0","p":"1","i":"a"})",
          R"({"T":5,"s":"X","S":"Sell","v":"1","p":"1","i":""})",
          R"({"T":5,"s":"X","S":"Sell","v":"1","p":"1","i":"  "})",
          R"({"T":5,"s":"X","S":"Sell","v":"1","p":"1","i":"1234567890123456789012345678901234567"})",
          R"({"T":5,"s":"X","S":"Sell","v":"1","p":"1","i":"é"})",
          R"({"T":5,"s":"X","S":"Sell","v":"1","p":"1"})",
          R"({"T":5,"s":"X","S":"Sell","v":"1","p":"9223372037","i":"a"})",
          R"({"T":18446744073710,"s":"X","S":"Sell","v":"1","p":"1","i":"a"})",
          R"({"T":5,"s":"X","S":"Sell","v":"1","p":"1","i":"a","BT":0})"}) {
        CHECK(!takes_trade(row, trades));
    }
}

static void values_are_skipped_to_a_depth() {
    const auto skips = [](const std::string& json) {
        JsonScanner scanner(json);
        return scanner.skip_value() && scanner.at_end();
    };
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(skips(nested(64)) && !skips(nested(65)) && !skips(std::string(100'000, '[')));
    CHECK(skips(R"([{"a":[],"b":{"c":[1,2,{}]}},"\ud83d\ude00\"",-0.5e-7,true,false,null])"));
    for (const char* json : {"",
                             "[",
                             "[1,]",
                             "{\"a\":}",
                             "{\"a\" 1}",
                             "{1:2}",
                             "[1 2]",
                             "]",
                             "\"\\x\"",
                             "\"\\ud800\"",
                             "\"\\udc00\"",
                             "\"\xff\"",
                             "\"\xc0\x80\"",
                             "\"\xed\xa0\x80\"",
                             "\"\xf4\x90\x80\x80\"",
                             "\"\xe2\x82\"",
                             "\"\n\"",
                             "tru",
                             "-",
                             "1e",
                             "1.e1",
                             "00",
                             "[}",
                             "{]"}) {
        CHECK(!skips(json));
    }
}

int main() {
    a_frame_becomes_values();
    what_counts_is_what_came_last();
    what_is_amiss_is_refused();
    the_topic_is_found_wherever_it_stands();
    only_what_plainly_follows_is_applied();
    deltas_carry_their_flags();
    trades_become_structs();
    values_are_skipped_to_a_depth();
    return result();
}
