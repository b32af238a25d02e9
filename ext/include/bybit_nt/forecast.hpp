// What an order is expected to cost: the walk, moved by as much of the model as its gates let through.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "learning.hpp"
#include "model.hpp"
#include "walk.hpp"

namespace bybit_nt {

// Normal quantiles, in scales: what stands in for a fitted naive quantile without a model.
constexpr double kNormalQ90 = 1.2815515655446004;
constexpr double kNormalQ95 = 1.6448536269514722;

struct Forecast {
    Side side = Side::kBuy;
    double quantity = 0.0;
    std::uint64_t horizon_ns = 0;
    Walk walk;
    double expected_mid_bps = kNaN;
    double expected_touch_bps = kNaN;
    double average_price = kNaN;
    double q90_mid_bps = kNaN;
    double q95_mid_bps = kNaN;
    double impact_exponent = kNaN;
    double passive_fill_probability = kNaN;
    bool uses_model = false;
    std::uint64_t book_ts_ns = 0;
    Features features{};
};

namespace detail {

struct Deviation {
    double mean = 0.0;
    double q90 = 0.0;
    double q95 = 0.0;
    bool uses_model = false;
};

inline Deviation blended(const Model& model, const Learning& learning, const FeatureVector& vector,
                         double horizon_ms, double notional) noexcept {
    if (model.empty()) {
        return {0.0, kNormalQ90, kNormalQ95, false};
    }
    Deviation sum;
    const Shares2 rows = place_in(model.horizons_ms, horizon_ms);
    const Shares2 columns = place_in(model.notionals, notional);
    for (std::size_t row = 0; row < rows.count; ++row) {
        for (std::size_t column = 0; column < columns.count; ++column) {
            const std::size_t at =
                rows.shares[row].index * model.notionals.size() + columns.shares[column].index;
            const double weight = rows.shares[row].weight * columns.shares[column].weight;
            const CellSaying said = learning.gates(at).say(model.cells[at], vector.values, vector.scale);
            sum.mean += weight * said.used_mean;
            sum.q90 += weight * said.q90.used;
            sum.q95 += weight * said.q95.used;
            sum.uses_model = sum.uses_model || said.used_mean != 0.0;
        }
    }
    return sum;
}

}  // namespace detail

// Moves a forecast that so far is the walk; q95 is never below q90, nor that below the mean.
inline void expect(Forecast& forecast, const Model& model, const Learning& learning,
                   const FeatureVector& vector, double notional) noexcept {
    const double walked = forecast.walk.slippage_mid_bps;
    forecast.expected_mid_bps = walked;
    forecast.expected_touch_bps = forecast.walk.slippage_touch_bps;
    forecast.average_price = forecast.walk.average_price;
    if (!vector.known || std::isnan(walked)) {
        return;
    }
    if (vector.walk_bps > 0.0 && vector.twice_bps > 0.0) {
        forecast.impact_exponent = std::log2(vector.twice_bps / vector.walk_bps);
    }
    const double horizon_ms = static_cast<double>(forecast.horizon_ns) / double(kMilliNs);
    const double u = vector.scale.over(horizon_ms / 1000.0);
    const detail::Deviation deviation = detail::blended(model, learning, vector, horizon_ms, notional);
    const double moved_bps = u * deviation.mean;
    forecast.uses_model = deviation.uses_model;
    forecast.expected_mid_bps = walked + moved_bps;
    forecast.q90_mid_bps = std::max(walked + u * deviation.q90, forecast.expected_mid_bps);
    forecast.q95_mid_bps = std::max(walked + u * deviation.q95, forecast.q90_mid_bps);
    if (moved_bps != 0.0) {
        const bool buying = forecast.side == Side::kBuy;
        const double moved = moved_bps / kBps * forecast.walk.mid;
        forecast.average_price += buying ? moved : -moved;
        forecast.expected_touch_bps +=
            moved / (buying ? forecast.walk.best_ask : forecast.walk.best_bid) * kBps;
    }
    forecast.passive_fill_probability = model.fill.probability(vector.values, horizon_ms);
}

}  // namespace bybit_nt
