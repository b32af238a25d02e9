// One instrument: its exact book, the floats beside it, and what is remembered of its past.
#pragma once

#include <cstdint>
#include <vector>

#include "book.hpp"
#include "feature_state.hpp"
#include "features.hpp"
#include "feed.hpp"
#include "float_side.hpp"
#include "learning.hpp"
#include "surface.hpp"
#include "topology.hpp"
#include "trade_feed.hpp"

namespace bybit_nt {

class Market {
  public:
    const Book& book() const noexcept { return book_; }
    BookView view() const noexcept { return {bids_, asks_}; }
    const FeatureState& features() const noexcept { return features_; }
    void set_contract(const Contract& contract) noexcept { features_.contract = contract; }

    void reserve_for(std::size_t more) {
        book_.bids.reserve_for(more);
        book_.asks.reserve_for(more);
        bids_.reserve(book_.bids.capacity());
        asks_.reserve(book_.asks.capacity());
    }

    const Learning& learning() const noexcept { return learning_; }
    void start_learning(const Model& model) { learning_.start(model); }

    // A message is begun, filled with changes and ended; nothing in between throws after `reserve_for`.
    void begin(std::uint64_t ts_ns, const Model& model) noexcept {
        pass_time(ts_ns);
        learning_.mature(ts_ns, view(), model);
    }

    void set_precisions(int price_precision, int size_precision) noexcept {
        book_.price_precision = price_precision;
        book_.size_precision = size_precision;
    }

    void set_bid(const Level& level) {
        bids_.follow(book_.bids.set(level), level, book_.price_precision, book_.size_precision);
    }
    void set_ask(const Level& level) {
        asks_.follow(book_.asks.set(level), level, book_.price_precision, book_.size_precision);
    }

    void replace(std::vector<Level>& bids, std::vector<Level>& asks) {
        book_.bids.assign(bids);
        book_.asks.assign(asks);
        copy_floats();
    }

    void end(std::uint64_t ts_event, std::uint64_t ts_ns) noexcept {
        book_.ts_event = ts_event;
        features_.on_book(ts_ns, view());
    }

    void probe(const Model& model, Walls& walls) { learning_.probe(features_, view(), model, walls); }

    void on_trade(const Trade& trade) noexcept {
        pass_time(trade.ts_ns);
        features_.on_trade(trade.ts_ns, trade.is_buy, trade.price, trade.size);
    }

    // An emptied book is a book event at the latest time seen.
    void clear() noexcept {
        book_.bids.clear();
        book_.asks.clear();
        bids_.clear();
        asks_.clear();
        features_.on_book(features_.last_ns, view());
    }

    Curvature surface_curvature(Side side) const noexcept {
        return (side == Side::kBuy ? ask_surface_ : bid_surface_).curvature();
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(book_, features_, bid_surface_, ask_surface_, learning_);
        if constexpr (Archive::kReads) {
            copy_floats();
            features_.check(view(), archive);
        }
    }

  private:
    void copy_floats() {
        bids_.copy(book_.bids, book_.price_precision, book_.size_precision);
        asks_.copy(book_.asks, book_.price_precision, book_.size_precision);
    }

    // What fell due while the book was as it still is.
    void pass_time(std::uint64_t ts_ns) noexcept {
        const double volatility = detail::volatility(features_, 1);
        bid_surface_.pass_time(ts_ns, bids_, volatility);
        ask_surface_.pass_time(ts_ns, asks_, volatility);
    }

    Book book_;
    FloatSide bids_;
    FloatSide asks_;
    FeatureState features_;
    DepthSurface bid_surface_;
    DepthSurface ask_surface_;
    Learning learning_;
};

}  // namespace bybit_nt
