// 0-dimensional persistence of a sequence: which peaks stand alone, and how far down they do.
// Superlevel sets of the sizes along a book's levels are its walls, sublevel sets its holes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace bybit_nt {

// A component lives from the value it appears at to the value it merges at; `peak` is where it appeared.
struct Bar {
    double birth;
    double death;
    std::size_t peak;
    double length() const noexcept { return std::abs(birth - death); }
};

struct PersistenceSummary {
    std::size_t bars = 0;
    double total = 0.0;
    double entropy = 0.0;  // -sum p ln p over the shares of the total, nats
};

// Union-find over the extremes alone: values between a peak and its saddle change no component, so they are
// left out before anything is sorted. O(n + k log k) for k peaks. The elder lives on; of equal peaks the one
// nearer to the front is the elder. The last component ends at the sequence's other extreme. Bars of no
// length are left out.
class Persistence {
  public:
    // Components of {value >= threshold} as the threshold falls.
    const std::vector<Bar>& superlevel(const double* values, std::size_t count) {
        return run(values, count, 1.0);
    }

    // Components of {value <= threshold} as the threshold rises.
    const std::vector<Bar>& sublevel(const double* values, std::size_t count) {
        return run(values, count, -1.0);
    }

    const std::vector<Bar>& bars() const noexcept { return bars_; }

    void reserve(std::size_t count) {
        const std::size_t most = count / 2 + 1;
        peaks_.reserve(most);
        saddles_.reserve(most);
        parent_.reserve(most);
        bars_.reserve(most);
    }

  private:
    struct Extreme {
        double value;
        std::size_t index;
    };

    // The lowest value between two neighbouring peaks.
    struct Saddle {
        double value;
        std::uint32_t left;
    };

    const std::vector<Bar>& run(const double* values, std::size_t count, double sign) {
        bars_.clear();
        if (count == 0) {
            return bars_;
        }
        reserve(count);
        const double lowest = find_extremes(values, count, sign);
        std::sort(saddles_.begin(), saddles_.end(),
                  [](const Saddle& left, const Saddle& right) { return left.value > right.value; });
        parent_.resize(peaks_.size());
        std::iota(parent_.begin(), parent_.end(), 0U);
        for (const Saddle& saddle : saddles_) {
            merge(root(saddle.left), root(saddle.left + 1), saddle.value, sign);
        }
        const Extreme& eldest = peaks_[root(0)];
        add(eldest, lowest, sign);
        return bars_;
    }

    // Peaks and the saddles between them, plateaus by their first index; returns the lowest value.
    double find_extremes(const double* values, std::size_t count, double sign) {
        peaks_.clear();
        saddles_.clear();
        Extreme last{sign * values[0], 0};
        double lowest = last.value;
        bool rising = true;
        for (std::size_t i = 1; i < count; ++i) {
            const double value = sign * values[i];
            if (value == last.value) {
                continue;
            }
            const bool rises = value > last.value;
            if (rising && !rises) {
                peaks_.push_back(last);
            } else if (!rising && rises) {
                saddles_.push_back({last.value, static_cast<std::uint32_t>(peaks_.size() - 1)});
            }
            rising = rises;
            last = {value, i};
            lowest = std::min(lowest, value);
        }
        if (rising) {
            peaks_.push_back(last);
        }
        return lowest;
    }

    std::uint32_t root(std::uint32_t member) noexcept {
        while (parent_[member] != member) {
            parent_[member] = parent_[parent_[member]];
            member = parent_[member];
        }
        return member;
    }

    void merge(std::uint32_t left, std::uint32_t right, double value, double sign) {
        const bool left_is_elder = peaks_[left].value > peaks_[right].value ||
                                   (peaks_[left].value == peaks_[right].value && left < right);
        const std::uint32_t elder = left_is_elder ? left : right;
        const std::uint32_t younger = left_is_elder ? right : left;
        add(peaks_[younger], value, sign);
        parent_[younger] = elder;
    }

    void add(const Extreme& peak, double death, double sign) {
        if (peak.value > death) {
            bars_.push_back({sign * peak.value, sign * death, peak.index});
        }
    }

    std::vector<Extreme> peaks_;
    std::vector<Saddle> saddles_;
    std::vector<std::uint32_t> parent_;
    std::vector<Bar> bars_;
};

inline PersistenceSummary summarize(const std::vector<Bar>& bars) {
    PersistenceSummary summary;
    double weighted = 0.0;
    for (const Bar& bar : bars) {
        const double length = bar.length();
        summary.total += length;
        weighted += length * std::log(length);
    }
    summary.bars = bars.size();
    if (summary.total > 0) {
        summary.entropy = std::max(0.0, std::log(summary.total) - weighted / summary.total);
    }
    return summary;
}

}  // namespace bybit_nt
