#include "bybit_nt/book.hpp"

#include <map>
#include <random>

#include "check.hpp"

using namespace bybit_nt;
using namespace bybit_nt::test;

template <BookSide kSide>
static std::vector<Level> content(const Ladder<kSide>& ladder) {
    std::vector<Level> levels;
    for (std::size_t depth = 0; depth < ladder.size(); ++depth) {
        levels.push_back(ladder.at_depth(depth));
    }
    return levels;
}

static void the_best_is_first_on_both_sides() {
    Bids bids;
    Asks asks;
    for (const Level& level : {Level{10, 1}, Level{12, 2}, Level{11, 3}}) {
        bids.set(level);
        asks.set(level);
    }
    CHECK((content(bids) == std::vector<Level>{{12, 2}, {11, 3}, {10, 1}}));
    CHECK((content(asks) == std::vector<Level>{{10, 1}, {11, 3}, {12, 2}}));
    CHECK(bids.best() == (Level{12, 2}));
    CHECK(asks.best() == (Level{10, 1}));
}

static void a_size_replaces_and_zero_removes() {
    Bids bids;
    bids.set({10, 1});
    bids.set({10, 4});
    CHECK((content(bids) == std::vector<Level>{{10, 4}}));
    bids.set({9, 0});
    CHECK(bids.size() == 1);
    bids.set({10, 0});
    CHECK(bids.empty());
}

static void assigning_sorts_and_lets_the_last_price_count() {
    Asks asks;
    asks.set({1, 1});
    std::vector<Level> levels{{12, 1}, {10, 5}, {12, 7}, {11, 2}, {10, 0}};
    asks.assign(levels);
    CHECK((content(asks) == std::vector<Level>{{11, 2}, {12, 7}}));
    std::vector<Level> none;
    asks.assign(none);
    CHECK(asks.empty());
}

template <BookSide kSide>
static void agrees_with_a_map() {
    std::mt19937_64 random(7);
    Ladder<kSide> ladder;
    std::map<Raw, Raw> model;
    for (int step = 0; step < 20'000; ++step) {
        const Level level{static_cast<Raw>(random() % 300 + 1), static_cast<Raw>(random() % 3)};
        ladder.reserve_for(1);
        ladder.set(level);
        level.size == 0 ? static_cast<void>(model.erase(level.price))
                        : static_cast<void>(model[level.price] = level.size);
    }
    std::vector<Level> expected;
    for (const auto& [price, size] : model) {
        expected.push_back({price, size});
    }
    if (kSide == BookSide::kBid) {
        std::reverse(expected.begin(), expected.end());
    }
    CHECK(content(ladder) == expected);
}

static void ten_thousand_levels() {
    Bids bids;
    std::vector<Level> levels;
    for (int price = 1; price <= 10'000; ++price) {
        levels.push_back({price, price});
    }
    bids.assign(levels);
    CHECK(bids.size() == 10'000 && bids.best().price == 10'000 && bids.at_depth(9'999).price == 1);
}

int main() {
    the_best_is_first_on_both_sides();
    a_size_replaces_and_zero_removes();
    assigning_sorts_and_lets_the_last_price_count();
    agrees_with_a_map<BookSide::kBid>();
    agrees_with_a_map<BookSide::kAsk>();
    ten_thousand_levels();
    return result();
}
