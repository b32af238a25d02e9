// Fitted coefficients: a grid of cells over horizon and notional, and a model of passive fills. Between cells
// a result is taken linearly in the logs of both, beyond the outermost ones these count.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "features.hpp"

namespace bybit_nt {

// A standardised feature is clipped to so many of its standard deviations.
constexpr double kFeatureClip = 5.0;

inline double clipped(double value, double most) noexcept { return std::min(std::max(value, -most), most); }

struct Linear {
    double intercept = 0.0;
    Features coefficients{};

    double at(const Features& standardised) const noexcept {
        double sum = 0.0;
        for (std::size_t i = 0; i < kFeatureCount; ++i) {
            sum += coefficients[i] * standardised[i];
        }
        return intercept + sum;
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(intercept, coefficients);
    }
};

// What was fitted for one horizon and one notional; everything in scales u.
struct Cell {
    double horizon_ms = 0.0;
    double notional = 0.0;
    Features means{};
    Features scales{};
    Linear mean;
    Linear q90;
    Linear q95;
    double naive_q90 = 0.0;
    double naive_q95 = 0.0;

    Features standardise(const Features& values) const noexcept {
        Features standardised;
        for (std::size_t i = 0; i < kFeatureCount; ++i) {
            standardised[i] = clipped((values[i] - means[i]) / scales[i], kFeatureClip);
        }
        return standardised;
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(horizon_ms, notional, means, scales, mean, q90, q95, naive_q90, naive_q95);
    }
};

// Logistic model of a complete passive fill at the touch. Inputs are features, and behind these the log of
// the horizon in seconds and its square.
struct FillModel {
    static constexpr std::size_t kLogHorizon = kFeatureCount;
    static constexpr std::size_t kInputs = kFeatureCount + 2;

    bool is_known = false;
    std::vector<std::uint64_t> inputs;
    std::vector<double> means;
    std::vector<double> scales;
    std::vector<double> coefficients;
    double intercept = 0.0;
    double shortest_ms = 0.0;
    double longest_ms = 0.0;

    double probability(const Features& features, double horizon_ms) const noexcept {
        if (!is_known) {
            return kNaN;
        }
        const double log_secs = std::log(std::min(std::max(horizon_ms, shortest_ms), longest_ms) / 1000.0);
        double sum = 0.0;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const std::size_t input = inputs[i];
            const double value = input < kFeatureCount  ? features[input]
                                 : input == kLogHorizon ? log_secs
                                                        : log_secs * log_secs;
            sum += coefficients[i] * clipped((value - means[i]) / scales[i], kFeatureClip);
        }
        return 1.0 / (1.0 + std::exp(-(intercept + sum)));
    }

    bool is_sound() const noexcept {
        const std::size_t count = inputs.size();
        return means.size() == count && scales.size() == count && coefficients.size() == count &&
               std::all_of(inputs.begin(), inputs.end(), [](std::uint64_t input) { return input < kInputs; });
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(is_known, inputs, means, scales, coefficients, intercept, shortest_ms, longest_ms);
    }
};

// A neighbour in a grid and how much it counts.
struct Share {
    std::size_t index;
    double weight;
};

struct Shares2 {
    std::array<Share, 2> shares{};
    std::size_t count = 0;
};

// The neighbours of a value in a rising grid, linear in the log and clamped.
inline Shares2 place_in(const std::vector<double>& grid, double value) noexcept {
    const auto above = std::lower_bound(grid.begin(), grid.end(), value);
    if (above == grid.begin()) {
        return {{Share{0, 1.0}, Share{}}, 1};
    }
    if (above == grid.end()) {
        return {{Share{grid.size() - 1, 1.0}, Share{}}, 1};
    }
    const auto index = static_cast<std::size_t>(above - grid.begin());
    const double low = std::log(grid[index - 1]);
    const double high = std::log(grid[index]);
    const double share = (std::log(value) - low) / (high - low);
    if (!(share < 1.0)) {
        return {{Share{index, 1.0}, Share{}}, 1};
    }
    return {{Share{index - 1, 1.0 - share}, Share{index, share}}, 2};
}

struct Model {
    std::vector<double> horizons_ms;  // rising
    std::vector<double> notionals;    // rising
    std::vector<Cell> cells;          // every horizon with every notional, by horizon first
    FillModel fill;

    bool empty() const noexcept { return cells.empty(); }
    const Cell& cell(std::size_t horizon, std::size_t notional) const noexcept {
        return cells[horizon * notionals.size() + notional];
    }

    bool is_sound() const noexcept {
        const auto rises = [](const std::vector<double>& grid) {
            return std::adjacent_find(grid.begin(), grid.end(), [](double left, double right) {
                       return !(left < right);
                   }) == grid.end();
        };
        const auto bounded = [](const std::vector<double>& grid, double most) {
            return std::all_of(grid.begin(), grid.end(),
                               [&](double value) { return value > 0.0 && value <= most; });
        };
        return cells.size() == horizons_ms.size() * notionals.size() && rises(horizons_ms) &&
               rises(notionals) && bounded(horizons_ms, kLongestHorizonMs) && bounded(notionals, 1e18) &&
               fill.is_sound();
    }

    static constexpr double kLongestHorizonMs = 3'600'000.0;

    template <typename Archive>
    void visit(Archive& archive) {
        archive(horizons_ms, notionals, cells, fill);
        if constexpr (Archive::kReads) {
            Archive::require(is_sound(), "coefficients that are no grid");
        }
    }
};

}  // namespace bybit_nt
