#include "bybit_nt/persistence.hpp"

#include <random>
#include <tuple>

#include "check.hpp"

using namespace bybit_nt;
using namespace bybit_nt::test;
using Values = std::vector<double>;
using Pairs = std::vector<std::tuple<double, double, std::size_t>>;

// The plain way: every value is a component of its own and joins its neighbours in the order of the values.
static Pairs plain_superlevel(const Values& values) {
    Pairs pairs;
    const std::size_t count = values.size();
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto earlier = [&](std::size_t left, std::size_t right) {
        return values[left] > values[right] || (values[left] == values[right] && left < right);
    };
    std::sort(order.begin(), order.end(), earlier);
    std::vector<std::size_t> parent(count, count);
    const auto root = [&](std::size_t member) {
        while (parent[member] != member) {
            member = parent[member];
        }
        return member;
    };
    for (const std::size_t place : order) {
        parent[place] = place;
        for (const std::size_t neighbour : {place - 1, place + 1}) {
            if (neighbour >= count || parent[neighbour] == count) {
                continue;
            }
            std::size_t one = root(place);
            std::size_t other = root(neighbour);
            if (earlier(other, one)) {
                std::swap(one, other);
            }
            if (values[other] > values[place]) {
                pairs.emplace_back(values[other], values[place], other);
            }
            parent[other] = one;
        }
    }
    if (count > 0 && values[order.front()] > values[order.back()]) {
        pairs.emplace_back(values[order.front()], values[order.back()], order.front());
    }
    std::sort(pairs.begin(), pairs.end());
    return pairs;
}

static Pairs sorted(const std::vector<Bar>& bars, double sign) {
    Pairs pairs;
    for (const Bar& bar : bars) {
        pairs.emplace_back(sign * bar.birth, sign * bar.death, bar.peak);
    }
    std::sort(pairs.begin(), pairs.end());
    return pairs;
}

static void random_sequences_have_the_plain_bars() {
    std::mt19937 chance(5);
    Persistence machine;
    for (int round = 0; round < 3000; ++round) {
        Values values(chance() % 60);
        const unsigned kinds = round % 2 == 0 ? 4 : 1U << 30;
        for (double& value : values) {
            value = static_cast<double>(chance() % kinds);
        }
        CHECK(sorted(machine.superlevel(values.data(), values.size()), 1.0) == plain_superlevel(values));
        Values upside_down = values;
        for (double& value : upside_down) {
            value = -value;
        }
        CHECK(sorted(machine.sublevel(values.data(), values.size()), -1.0) == plain_superlevel(upside_down));
    }
}

static void sums_of_bars() {
    Persistence machine;
    const Values none;
    const PersistenceSummary nothing = summarize(machine.superlevel(none.data(), 0));
    CHECK(nothing.bars == 0 && nothing.total == 0.0 && nothing.entropy == 0.0);
    const Values one{1, 3, 1};
    const PersistenceSummary single = summarize(machine.superlevel(one.data(), one.size()));
    CHECK(single.bars == 1 && single.total == 2.0 && single.entropy == 0.0);
    const Values equal{3, 1, 3, 1, 3, 1, 3};
    const PersistenceSummary four = summarize(machine.superlevel(equal.data(), equal.size()));
    CHECK(four.bars == 4 && four.total == 8.0 && near(four.entropy, std::log(4.0)));
}

static void ten_thousand_levels() {
    Values values(10'000);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<double>(i * 2654435761U % 9973);
    }
    Persistence machine;
    CHECK(sorted(machine.superlevel(values.data(), values.size()), 1.0) == plain_superlevel(values));
}

int main() {
    random_sequences_have_the_plain_bars();
    sums_of_bars();
    ten_thousand_levels();
    return result();
}
