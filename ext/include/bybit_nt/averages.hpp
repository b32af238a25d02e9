// Exponential averages over irregular times: the only memory the features have, with the windows they
// replace. Whoever lets time pass works out each decay exp(-secs / tau) once and hands it to all that share
// it.
#pragma once

#include <cmath>

namespace bybit_nt {

// A sum whose terms fade: each counts exp(-age / tau).
struct DecayingSum {
    double total = 0.0;

    template <typename Archive>
    void visit(Archive& archive) {
        archive(total);
    }
};

// An average of samples, each weighted by the time it closes: free of a start value from the first sample on.
struct SampledAverage {
    double weighted = 0.0;
    double weight = 0.0;

    void add(double sample, double decay) noexcept {
        weighted = decay * weighted + (1.0 - decay) * sample;
        weight = decay * weight + (1.0 - decay);
    }

    bool known() const noexcept { return weight > 0.0; }
    double value(double otherwise) const noexcept { return known() ? weighted / weight : otherwise; }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(weighted, weight);
    }
};

// The average over the past of a value that holds between its changes.
struct HeldAverage {
    double average = 0.0;

    double after(double value, double decay) const noexcept { return value + decay * (average - value); }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(average);
    }
};

}  // namespace bybit_nt
