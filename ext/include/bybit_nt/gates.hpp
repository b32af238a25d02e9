// How a fitted model is held against what came out, one matured forecast at a time: the do-no-harm gate. The
// Python reference, which holds the reasons, is `warden/online.py`. Everything is in scales: a deviation z =
// (cost - walk) / u.
#pragma once

#include <algorithm>
#include <cmath>

#include "model.hpp"

namespace bybit_nt {

constexpr double kProbeMs = 100.0;
constexpr double kLargestShift = 2.0;
constexpr double kConformalRate = 0.02;

namespace detail {

constexpr double kLargestDeviation = 5.0;
constexpr double kPriorWeight = 5.0;
constexpr double kPriorShrinkage = 0.5;
constexpr double kAllowance = 0.005;
constexpr double kAdverseDeviation = 3.0;
constexpr double kQuantileInsured = 0.5;
inline const double kRecent = std::exp(-1.0 / 1'200.0);
inline const double kLasting = std::exp(-1.0 / 72'000.0);

// How many forecasts may stand before the first of them is judged.
inline double in_flight(double horizon_ms) noexcept { return 2.0 * (horizon_ms / kProbeMs + 1.0); }

inline double pinball_loss(double deviation, double quantile, double level) noexcept {
    const double error = deviation - quantile;
    return error >= 0.0 ? level * error : (level - 1.0) * error;
}

}  // namespace detail

// What a model may still lose against a baseline.
struct Wealth {
    double baseline = 0.0;
    double excess = 0.0;

    void add(double loss, double baseline_loss) noexcept {
        baseline = detail::kLasting * baseline + baseline_loss;
        excess = detail::kLasting * excess + (loss - baseline_loss);
    }
    double left() const noexcept { return std::max(detail::kAllowance * baseline - excess, 0.0); }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(baseline, excess);
    }
};

struct MeanGate {
    double along = 0.0;
    double squared = 0.0;
    Wealth wealth;

    double shrinkage() const noexcept {
        const double factor =
            (detail::kPriorWeight * detail::kPriorShrinkage + along) / (detail::kPriorWeight + squared);
        return std::min(std::max(factor, 0.0), 1.0);
    }

    // The deviation to use.
    double apply(double model, double horizon_ms, double scale_bps) const noexcept {
        const double shift = shrinkage() * clipped(model, kLargestShift);
        const double insured =
            2.0 * detail::kAdverseDeviation * scale_bps * scale_bps * detail::in_flight(horizon_ms);
        return clipped(shift, wealth.left() / insured);
    }

    void on_outcome(double model, double used, double deviation, double scale_bps) noexcept {
        const double shift = clipped(model, kLargestShift);
        along = detail::kRecent * along + shift * clipped(deviation, detail::kLargestDeviation);
        squared = detail::kRecent * squared + shift * shift;
        const double unit = scale_bps * scale_bps;
        const double missed = deviation - used;
        wealth.add(unit * (missed * missed), unit * deviation * deviation);
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(along, squared, wealth);
    }
};

// A quantile as the model has it, as the naive one is, and as it is used.
struct GivenQuantiles {
    double model = 0.0;
    double naive = 0.0;
    double used = 0.0;

    template <typename Archive>
    void visit(Archive& archive) {
        archive(model, naive, used);
    }
};

struct QuantileGate {
    double model_offset = 0.0;
    double naive_offset = 0.0;
    Wealth wealth;

    GivenQuantiles apply(double level, double model, double naive, double horizon_ms,
                         double scale_bps) const noexcept {
        const double by_model = std::max(model, 0.0) + model_offset;
        const double by_naive = naive + naive_offset;
        const double insured = detail::kQuantileInsured * level * scale_bps * detail::in_flight(horizon_ms);
        return {by_model, by_naive, by_naive + clipped(by_model - by_naive, wealth.left() / insured)};
    }

    void on_outcome(double level, const GivenQuantiles& given, double deviation, double scale_bps) noexcept {
        const double allowed = 1.0 - level;
        model_offset += kConformalRate * ((deviation > given.model ? 1.0 : 0.0) - allowed);
        naive_offset += kConformalRate * ((deviation > given.naive ? 1.0 : 0.0) - allowed);
        wealth.add(scale_bps * detail::pinball_loss(deviation, given.used, level),
                   scale_bps * detail::pinball_loss(deviation, given.naive, level));
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(model_offset, naive_offset, wealth);
    }
};

constexpr double kLevel90 = 0.9;
constexpr double kLevel95 = 0.95;

// What a cell says of one order, before and after its gates.
struct CellSaying {
    double model_mean = 0.0;
    double used_mean = 0.0;
    GivenQuantiles q90;
    GivenQuantiles q95;
    double scale_bps = 0.0;

    template <typename Archive>
    void visit(Archive& archive) {
        archive(model_mean, used_mean, q90, q95, scale_bps);
    }
};

// The gates of one cell and instrument; both sides feed them.
struct CellGates {
    MeanGate mean;
    QuantileGate q90;
    QuantileGate q95;

    CellSaying say(const Cell& cell, const Features& values, const CostScale& scale) const noexcept {
        const Features standardised = cell.standardise(values);
        CellSaying saying;
        saying.scale_bps = scale.over(cell.horizon_ms / 1000.0);
        saying.model_mean = cell.mean.at(standardised);
        saying.used_mean = mean.apply(saying.model_mean, cell.horizon_ms, saying.scale_bps);
        saying.q90 =
            q90.apply(kLevel90, cell.q90.at(standardised), cell.naive_q90, cell.horizon_ms, saying.scale_bps);
        saying.q95 =
            q95.apply(kLevel95, cell.q95.at(standardised), cell.naive_q95, cell.horizon_ms, saying.scale_bps);
        return saying;
    }

    void on_outcome(const CellSaying& said, double deviation) noexcept {
        mean.on_outcome(said.model_mean, said.used_mean, deviation, said.scale_bps);
        q90.on_outcome(kLevel90, said.q90, deviation, said.scale_bps);
        q95.on_outcome(kLevel95, said.q95, deviation, said.scale_bps);
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(mean, q90, q95);
    }
};

}  // namespace bybit_nt
