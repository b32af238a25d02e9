// Once warm, feeding, asking and learning allocate nothing: every operator new of the program is counted.
#include <atomic>
#include <cstdlib>
#include <new>

#include "../fuzz/market_checks.hpp"
#include "bybit_nt/warden.hpp"
#include "check.hpp"

static std::atomic<std::size_t> allocations{0};

void* operator new(std::size_t size) {
    ++allocations;
    if (void* const block = std::malloc(size)) {
        return block;
    }
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

using namespace bybit_nt;
using namespace bybit_nt::test;
using Numbers = std::vector<std::int64_t>;

namespace {

constexpr const char* kId = "BTCUSDT-LINEAR.BYBIT";
constexpr std::size_t kLevels = 200;

struct Messages {
    Numbers bid_prices, bid_sizes, ask_prices, ask_sizes;
    std::uint32_t state = 1;

    std::int64_t chance(std::int64_t below) {
        state = state * 1664525U + 1013904223U;
        return static_cast<std::int64_t>(state >> 8) % below;
    }

    void snapshot() {
        clear();
        for (std::size_t i = 0; i < kLevels; ++i) {
            add(static_cast<std::int64_t>(i), chance(900) + 1, chance(900) + 1);
        }
    }

    void changes() {
        clear();
        for (int i = 0; i < 10; ++i) {
            add(chance(kLevels), chance(3) == 0 ? 0 : chance(900) + 1, chance(3) == 0 ? 0 : chance(900) + 1);
        }
    }

    SideArrays bids() const {
        return {bid_prices.data(), bid_prices.size(), bid_sizes.data(),
                bid_sizes.size(),  "bid_prices",      "bid_sizes"};
    }
    SideArrays asks() const {
        return {ask_prices.data(), ask_prices.size(), ask_sizes.data(),
                ask_sizes.size(),  "ask_prices",      "ask_sizes"};
    }

  private:
    void clear() {
        for (Numbers* numbers : {&bid_prices, &bid_sizes, &ask_prices, &ask_sizes}) {
            numbers->clear();
        }
    }
    void add(std::int64_t depth, std::int64_t bid_size, std::int64_t ask_size) {
        bid_prices.push_back(600'000 - depth);
        bid_sizes.push_back(bid_size);
        ask_prices.push_back(600'001 + depth);
        ask_sizes.push_back(ask_size);
    }
};

void play(Warden& warden, Messages& messages, std::uint64_t& now_ns, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        now_ns += 30'000'000;
        if (round % 50 == 0) {
            messages.snapshot();
            warden.apply_snapshot(kId, messages.bids(), messages.asks(), 1, 3, now_ns);
        } else {
            messages.changes();
            warden.apply_levels(kId, messages.bids(), messages.asks(), 1, 3, now_ns);
        }
        warden.apply_trade(kId, round % 3 == 0, 60'000.0, 0.25, now_ns);
        const Side side = round % 2 == 0 ? Side::kBuy : Side::kSell;
        const Quantity quantity = quantity_from_double(round % 7 == 0 ? 30.0 : 0.7);
        const Forecast told = warden.forecast(kId, side, quantity, 100'000'000, now_ns);
        CHECK(told.walk.sufficient);
        CHECK(warden.topology(kId, side, quantity, now_ns).stability <= 1.0);
        static_cast<void>(warden.surface_curvature(kId, side));
    }
}

}  // namespace

int main() {
    Warden warden;
    warden.load_model(fuzz::made_model(5));
    Messages messages;
    std::uint64_t now_ns = 1'000'000'000;
    play(warden, messages, now_ns, 600);
    const std::size_t warm = allocations;
    CHECK(warm > 0);
    play(warden, messages, now_ns, 600);
    CHECK(allocations == warm);
    return result();
}
