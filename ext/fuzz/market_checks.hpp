// Bytes become messages, trades and questions of one market; every answer must be a number or say that there
// is none, and a market restored from its state must answer alike.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "book_walk.hpp"
#include "bybit_nt/warden.hpp"
#include "must.hpp"

namespace bybit_nt::fuzz {

inline bybit_nt::Model made_model(std::uint8_t seed) {
    bybit_nt::Model model;
    model.horizons_ms = {100.0, 700.0};
    model.notionals = {1.0, 50.0, 1e6};
    double value = seed;
    const auto next = [&value] {
        value = std::fmod(value * 1.37 + 0.71, 3.0);
        return value - 1.5;
    };
    for (const double horizon : model.horizons_ms) {
        for (const double notional : model.notionals) {
            Cell cell;
            cell.horizon_ms = horizon;
            cell.notional = notional;
            for (std::size_t i = 0; i < kFeatureCount; ++i) {
                cell.means[i] = next();
                cell.scales[i] = 0.5 + std::abs(next());
                cell.mean.coefficients[i] = 0.3 * next();
                cell.q90.coefficients[i] = 0.3 * next();
                cell.q95.coefficients[i] = 0.3 * next();
            }
            cell.naive_q90 = 1.2;
            cell.naive_q95 = 1.6;
            model.cells.push_back(cell);
        }
    }
    model.fill.is_known = true;
    model.fill.inputs = {0, 7, FillModel::kLogHorizon, FillModel::kLogHorizon + 1};
    model.fill.means = {0.0, 0.1, 0.2, 0.3};
    model.fill.scales = {1.0, 1.0, 2.0, 2.0};
    model.fill.coefficients = {next(), next(), next(), next()};
    model.fill.shortest_ms = 500.0;
    model.fill.longest_ms = 9000.0;
    return model;
}

inline void feed_book(Warden& warden, Bytes& bytes, std::uint64_t now_ns) {
    const bool snapshot = bytes.next() % 4 == 0;
    const Feed feed = read_feed(bytes);
    const SideArrays bids{feed.bid_prices.data(), feed.bid_prices.size(), feed.bid_sizes.data(),
                          feed.bid_sizes.size(),  "bid_prices",           "bid_sizes"};
    const SideArrays asks{feed.ask_prices.data(), feed.ask_prices.size(), feed.ask_sizes.data(),
                          feed.ask_sizes.size(),  "ask_prices",           "ask_sizes"};
    try {
        snapshot ? warden.apply_snapshot("X", bids, asks, feed.price_precision, feed.size_precision, now_ns)
                 : warden.apply_levels("X", bids, asks, feed.price_precision, feed.size_precision, now_ns);
    } catch (const std::invalid_argument&) {
    }
}

inline void feed_trade(Warden& warden, Bytes& bytes, std::uint64_t now_ns) {
    const double price = std::ldexp(bytes.next() + 1.0, bytes.next() % 100 - 50);
    const double size = std::ldexp(bytes.next(), bytes.next() % 120 - 60);
    try {
        warden.apply_trade("X", bytes.next() % 2 == 0, price, size, now_ns);
    } catch (const std::invalid_argument&) {
    }
}

inline void check_forecast(Warden& warden, Side side, const Quantity& quantity, std::uint64_t horizon_ns,
                           std::uint64_t now_ns) {
    const Forecast told = warden.forecast("X", side, quantity, horizon_ns, now_ns);
    const bool known = !std::isnan(told.features[0]);
    for (const double value : told.features) {
        must(known ? std::isfinite(value) : std::isnan(value), "features are numbers, all or none");
    }
    must(std::isnan(told.expected_mid_bps) == std::isnan(told.walk.slippage_mid_bps),
         "a cost wherever a walk has one");
    must(std::isnan(told.q90_mid_bps) == std::isnan(told.q95_mid_bps), "both quantiles or none");
    must(std::isnan(told.q90_mid_bps) ||
             (told.expected_mid_bps <= told.q90_mid_bps && told.q90_mid_bps <= told.q95_mid_bps),
         "quantiles in their order");
    const double fill = told.passive_fill_probability;
    must(std::isnan(fill) || (fill >= 0.0 && fill <= 1.0), "a probability");
    const TopologyScore score = warden.topology("X", side, quantity, now_ns);
    must(std::isnan(score.stability) || (score.stability >= 0.0 && score.stability <= 1.0),
         "stability in [0, 1]");
    must(score.connectivity >= 0.0 && score.connectivity <= 1.0, "connectivity in [0, 1]");
    must(std::isfinite(score.walls.total) && std::isfinite(score.holes.total), "sums of bars");
    must(score.walls.entropy >= 0.0 && score.holes.entropy >= 0.0, "entropies");
    const Curvature surface = warden.surface_curvature("X", side);
    must(std::isnan(surface.gaussian) == std::isnan(surface.mean), "both curvatures or none");
}

inline void run_market(const std::uint8_t* data, std::size_t size) {
    Bytes bytes(data, size);
    Warden warden;
    if (const std::uint8_t seed = bytes.next(); seed % 4 != 0) {
        warden.load_model(made_model(seed));
    }
    warden.set_contract("X", bytes.next() % 2 == 0 ? 1.0 : 0.01, bytes.next() % 2 == 0);
    std::uint64_t now_ns = 1'000'000'000;
    while (!bytes.empty()) {
        const std::uint8_t step = bytes.next();
        const std::uint64_t passed = std::uint64_t{1} << (bytes.next() % 40);
        now_ns = step % 16 == 15 && passed < now_ns ? now_ns - passed : now_ns + passed;
        switch (step % 5) {
            case 0:
            case 1:
                feed_book(warden, bytes, now_ns);
                break;
            case 2:
                feed_trade(warden, bytes, now_ns);
                break;
            case 3: {
                const Quantity quantity =
                    quantity_from_double(std::ldexp(bytes.next() + 1, bytes.next() % 90 - 50));
                const std::uint64_t horizon_ns = std::uint64_t{1} << (bytes.next() % 50);
                check_forecast(warden, Side::kBuy, quantity, horizon_ns, now_ns);
                check_forecast(warden, Side::kSell, quantity, horizon_ns, 0);
                break;
            }
            default: {
                const std::string state = warden.snapshot();
                warden = Warden::restore(state);
                must(warden.snapshot() == state, "a restored warden holds the same");
            }
        }
    }
}

// Any bytes behind a head that is right: restored to something that can be asked, or refused.
inline void run_state(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    StateWriter head;
    head(kStateVersion, kStateByteOrder, static_cast<std::uint64_t>(size), checksum(body));
    try {
        Warden warden = Warden::restore(std::string(kStateMagic) + head.bytes() + std::string(body));
        const Quantity quantity = quantity_from_double(1.0);
        for (const auto& entry : warden.markets()) {
            const std::string name = entry.first;
            for (const Side side : {Side::kBuy, Side::kSell}) {
                warden.forecast(name, side, quantity, 100'000'000, 0);
                warden.topology(name, side, quantity, 0);
                warden.surface_curvature(name, side);
            }
            warden.apply_trade(name, true, 1.0, 1.0, 5);
            const SideArrays none{nullptr, 0, nullptr, 0, "prices", "sizes"};
            warden.apply_levels(name, none, none, 0, 0, 7'000'000'000);
            warden.apply_levels(name, none, none, 0, 0, 9'000'000'000);
        }
    } catch (const StateError&) {
    }
    try {
        Warden::restore(body);
    } catch (const StateError&) {
    }
}

}  // namespace bybit_nt::fuzz
