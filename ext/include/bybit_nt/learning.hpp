// Learning without asks: every 100 ms of book events each cell forecasts both sides for itself, and when the
// horizon is over the book as it was then is walked and the cell's gates are told. A forecast a user asks for
// changes nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gates.hpp"
#include "model.hpp"

namespace bybit_nt {

constexpr std::uint64_t kProbeNs = 100'000'000;
constexpr std::uint64_t kMilliNs = 1'000'000;

// A cell's forecast of one side that waits for its outcome.
struct Probe {
    bool is_known = false;
    double quantity = 0.0;
    double mid = 0.0;
    double walk_bps = 0.0;
    CellSaying said;

    template <typename Archive>
    void visit(Archive& archive) {
        archive(is_known, quantity, mid, walk_bps, said);
    }
};

// The probes of one horizon: a ring of rounds, each of every notional and both sides.
class ProbeRing {
  public:
    ProbeRing(double horizon_ms, std::size_t notionals)
        : width_(2 * notionals),
          rounds_(static_cast<std::size_t>(horizon_ms / kProbeMs) + 2),
          due_(rounds_),
          probes_(rounds_ * width_) {}

    bool empty() const noexcept { return count_ == 0; }
    bool full() const noexcept { return count_ == rounds_; }
    std::uint64_t oldest_due() const noexcept { return due_[first_]; }
    const Probe* oldest() const noexcept { return &probes_[first_ * width_]; }

    void drop_oldest() noexcept {
        first_ = (first_ + 1) % rounds_;
        --count_;
    }

    // The place of a new round; only where the ring is not full.
    Probe* add(std::uint64_t due_ns) noexcept {
        const std::size_t at = (first_ + count_) % rounds_;
        ++count_;
        due_[at] = due_ns;
        return &probes_[at * width_];
    }

    // The sizes are those of the model the ring was made for.
    template <typename Archive>
    void visit(Archive& archive) {
        archive(first_, count_);
        for (std::uint64_t& due : due_) {
            archive(due);
        }
        for (Probe& probe : probes_) {
            archive(probe);
        }
        if constexpr (Archive::kReads) {
            Archive::require(first_ < rounds_ && count_ <= rounds_, "probes of another model");
        }
    }

  private:
    std::uint64_t width_ = 0;
    std::uint64_t rounds_ = 0;
    std::uint64_t first_ = 0;
    std::uint64_t count_ = 0;
    std::vector<std::uint64_t> due_;
    std::vector<Probe> probes_;
};

// The gates of one instrument, and the probes that feed them.
class Learning {
  public:
    void start(const Model& model) {
        gates_.assign(model.cells.size(), CellGates{});
        rings_.clear();
        for (const double horizon_ms : model.horizons_ms) {
            rings_.emplace_back(horizon_ms, model.notionals.size());
        }
        probed_ = false;
    }

    const CellGates& gates(std::size_t cell) const noexcept { return gates_[cell]; }

    // Judges the probes due before an event, on the book as it was until then.
    void mature(std::uint64_t now_ns, const BookView& book, const Model& model) noexcept {
        for (std::size_t horizon = 0; horizon < rings_.size(); ++horizon) {
            ProbeRing& ring = rings_[horizon];
            while (!ring.empty() && ring.oldest_due() < now_ns) {
                judge(ring.oldest(), book, horizon, model);
                ring.drop_oldest();
            }
        }
    }

    // After a book event: a new round, once 100 ms have passed since the last one.
    void probe(const FeatureState& state, const BookView& book, const Model& model, Walls& walls) {
        const std::uint64_t now_ns = state.last_ns;
        if (!state.has_mid || (probed_ && now_ns - probed_ns_ < kProbeNs)) {
            return;
        }
        probed_ = true;
        probed_ns_ = now_ns;
        std::array<Probe*, kMostHorizons> rounds{};
        const std::size_t horizons = std::min(rings_.size(), kMostHorizons);
        for (std::size_t horizon = 0; horizon < horizons; ++horizon) {
            const auto horizon_ns = static_cast<std::uint64_t>(model.horizons_ms[horizon] * double(kMilliNs));
            rounds[horizon] = rings_[horizon].full() ? nullptr : rings_[horizon].add(now_ns + horizon_ns);
        }
        FeatureMaker maker(walls);
        for (std::size_t notional = 0; notional < model.notionals.size(); ++notional) {
            const double quantity = state.quantity_of(model.notionals[notional]);
            for (std::size_t side = 0; side < 2; ++side) {
                maker.make(state, book, side == 0 ? 1 : -1, quantity, 0, vector_);
                for (std::size_t horizon = 0; horizon < horizons; ++horizon) {
                    if (rounds[horizon] != nullptr) {
                        fill(rounds[horizon][2 * notional + side], horizon, notional, quantity, state.mid,
                             model);
                    }
                }
            }
        }
    }

    static constexpr std::size_t kMostHorizons = 16;

    template <typename Archive>
    void visit(Archive& archive) {
        for (CellGates& gates : gates_) {
            archive(gates);
        }
        for (ProbeRing& ring : rings_) {
            archive(ring);
        }
        archive(probed_, probed_ns_);
    }

  private:
    void fill(Probe& probe, std::size_t horizon, std::size_t notional, double quantity, double mid,
              const Model& model) const noexcept {
        probe.is_known = vector_.known;
        if (!vector_.known) {
            return;
        }
        probe.quantity = quantity;
        probe.mid = mid;
        probe.walk_bps = vector_.walk_bps;
        const std::size_t cell = horizon * model.notionals.size() + notional;
        probe.said = gates_[cell].say(model.cells[cell], vector_.values, vector_.scale);
    }

    void judge(const Probe* round, const BookView& book, std::size_t horizon, const Model& model) noexcept {
        for (std::size_t notional = 0; notional < model.notionals.size(); ++notional) {
            for (std::size_t side = 0; side < 2; ++side) {
                const Probe& probe = round[2 * notional + side];
                if (!probe.is_known) {
                    continue;
                }
                const Taken taken = side == 0 ? take(book.asks, 1, probe.mid, probe.quantity)
                                              : take(book.bids, -1, probe.mid, probe.quantity);
                if (taken.complete) {
                    gates_[horizon * model.notionals.size() + notional].on_outcome(
                        probe.said, (taken.cost_bps - probe.walk_bps) / probe.said.scale_bps);
                }
            }
        }
    }

    std::vector<CellGates> gates_;
    std::vector<ProbeRing> rings_;
    bool probed_ = false;
    std::uint64_t probed_ns_ = 0;
    FeatureVector vector_;
};

}  // namespace bybit_nt
