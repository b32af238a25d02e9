// One market per instrument: its book, what an order would pay there, and how whole the book is. Every feed
// is checked in full first, so an error leaves every market as it was.
//
// Threads: one at a time. The caller holds whatever lock guards the object (Python's GIL for the module); two
// wardens share nothing and may run side by side. Nothing is allocated once every buffer has met its largest
// book and message.
#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "archive.hpp"
#include "book.hpp"
#include "feed.hpp"
#include "forecast.hpp"
#include "market.hpp"
#include "model.hpp"
#include "walk.hpp"

namespace bybit_nt {

// Raised by hand whenever what `visit` lists changes.
constexpr std::uint32_t kStateVersion = 1;

struct UnknownBook : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Warden {
  public:
    void apply_snapshot(std::string_view instrument_id, const SideArrays& bids, const SideArrays& asks,
                        int price_precision, int size_precision, std::uint64_t ts_event) {
        read(bids, asks, price_precision, size_precision);
        Market& market = market_for(instrument_id);
        market.begin(ts_event, model_);
        market.set_precisions(price_precision, size_precision);
        market.replace(bids_, asks_);
        market.end(ts_event, ts_event);
        probe(market);
    }

    void apply_levels(std::string_view instrument_id, const SideArrays& bids, const SideArrays& asks,
                      int price_precision, int size_precision, std::uint64_t ts_event) {
        read(bids, asks, price_precision, size_precision);
        Market& market = market_for(instrument_id);
        market.reserve_for(bids_.size() + asks_.size());
        market.begin(ts_event, model_);
        market.set_precisions(price_precision, size_precision);
        for (const Level& level : bids_) {
            market.set_bid(level);
        }
        for (const Level& level : asks_) {
            market.set_ask(level);
        }
        market.end(ts_event, ts_event);
        probe(market);
    }

    void apply_deltas(std::string_view instrument_id, const layout::Vec& vec, layout::DeltaLayout layout) {
        read_deltas(vec, layout, instrument_id, batch_);
        if (batch_.changes.empty()) {
            return;
        }
        Market& market = market_for(instrument_id);
        market.reserve_for(batch_.changes.size());
        const std::uint64_t ts_ns = batch_.ts_event != 0 ? batch_.ts_event : batch_.ts_init;
        market.begin(ts_ns, model_);
        if (batch_.has_levels) {
            market.set_precisions(batch_.price_precision, batch_.size_precision);
        }
        if (!replace_after_clear(market)) {
            for (const Change& change : batch_.changes) {
                change.kind == ChangeKind::kSetBid ? market.set_bid(change.level)
                                                   : market.set_ask(change.level);
            }
        }
        market.end(batch_.ts_event, ts_ns);
        probe(market);
    }

    void apply_trade(std::string_view instrument_id, bool is_buy, double price, double size,
                     std::uint64_t ts_ns) {
        check_positive(price, "price", to_double(kMaxPrice, 0));
        check_positive(size, "quantity", to_double(kMaxSize, 0));
        market_for(instrument_id).on_trade({is_buy, price, size, ts_ns});
    }

    void apply_trades(std::string_view instrument_id, const layout::Vec& vec, layout::DeltaLayout layout) {
        read_trades(vec, layout, instrument_id, trades_);
        for (const Trade& trade : trades_) {
            market_for(instrument_id).on_trade(trade);
        }
    }

    void set_contract(std::string_view instrument_id, double multiplier, bool is_inverse) {
        check_positive(multiplier, "multiplier", 1e18);
        market_for(instrument_id).set_contract({multiplier, is_inverse});
    }

    const Market& market(std::string_view instrument_id) const {
        const auto found = markets_.find(instrument_id);
        if (found == markets_.end()) {
            throw UnknownBook("There is no book for " + std::string(instrument_id) +
                              "; apply a snapshot or deltas for it first.");
        }
        return found->second;
    }
    const Book& book(std::string_view instrument_id) const { return market(instrument_id).book(); }

    bool contains(std::string_view instrument_id) const {
        return markets_.find(instrument_id) != markets_.end();
    }
    const std::map<std::string, Market, std::less<>>& markets() const noexcept { return markets_; }

    // NaN throughout where a side is empty or the depth does not fill the quantity.
    const FeatureVector& features(std::string_view instrument_id, Side side, const Quantity& quantity,
                                  std::uint64_t now_ns) {
        const Market& known = market(instrument_id);
        FeatureMaker(walls_).make(known.features(), known.view(), sign_of(side), quantity.value, now_ns,
                                  vector_);
        if (!vector_.known) {
            vector_.values.fill(kNaN);
        }
        return vector_;
    }

    TopologyScore topology(std::string_view instrument_id, Side side, const Quantity& quantity,
                           std::uint64_t now_ns) {
        const Market& known = market(instrument_id);
        return topology_score(known.features(), known.view(), sign_of(side), quantity.value, now_ns, walls_);
    }

    Forecast forecast(std::string_view instrument_id, Side side, const Quantity& quantity,
                      std::uint64_t horizon_ns, std::uint64_t now_ns) {
        const Market& known = market(instrument_id);
        const Book& book = known.book();
        Forecast told;
        told.side = side;
        told.quantity = quantity.value;
        told.horizon_ns = horizon_ns;
        told.walk = walk(book, side, quantity);
        told.book_ts_ns = book.ts_event;
        told.features = features(instrument_id, side, quantity, now_ns).values;
        expect(told, model_, known.learning(), vector_, known.features().notional(quantity.value));
        return told;
    }

    // From here on forecasts are made with it; what was learned of another model is forgotten.
    void load_model(Model model) {
        model_ = std::move(model);
        for (auto& entry : markets_) {
            entry.second.start_learning(model_);
        }
    }
    bool has_model() const noexcept { return !model_.empty(); }

    bool learns() const noexcept { return learns_; }
    void set_learns(bool learns) noexcept { learns_ = learns; }

    Curvature surface_curvature(std::string_view instrument_id, Side side) const {
        return market(instrument_id).surface_curvature(side);
    }

    void clear(std::string_view instrument_id) { const_cast<Market&>(market(instrument_id)).clear(); }
    void reset() noexcept { markets_.clear(); }

    std::string snapshot() const {
        StateWriter body;
        body(model_, learns_, static_cast<std::uint64_t>(markets_.size()));
        for (const auto& [name, known] : markets_) {
            body(name, known);
        }
        return sealed(body, kStateVersion);
    }

    static Warden restore(std::string_view bytes) {
        StateReader body(unsealed(bytes, kStateVersion));
        std::uint64_t count = 0;
        Warden warden;
        body(warden.model_, warden.learns_, count);
        std::string name;
        for (std::uint64_t i = 0; i < count; ++i) {
            body(name);
            Market& market = warden.market_for(name);
            body(market);
        }
        StateReader::require(body.at_end() && warden.markets_.size() == count, "more than its books");
        return warden;
    }

  private:
    static int sign_of(Side side) noexcept { return side == Side::kBuy ? 1 : -1; }

    static void check_positive(double value, const char* name, double most) {
        if (!(value > 0.0) || !(value <= most)) {
            std::array<char, 96> shown{};
            std::snprintf(shown.data(), shown.size(), "%.17g; it must be above 0 and at most %.17g", value,
                          most);
            throw std::invalid_argument(std::string(name) + " is " + shown.data());
        }
    }

    void read(const SideArrays& bids, const SideArrays& asks, int price_precision, int size_precision) {
        check_precision(price_precision, "price_precision");
        check_precision(size_precision, "size_precision");
        read_levels(bids, price_precision, size_precision, bids_);
        read_levels(asks, price_precision, size_precision, asks_);
    }

    // What follows the last clear is a whole new book; what went before it no longer matters.
    bool replace_after_clear(Market& market) {
        const auto& changes = batch_.changes;
        std::size_t start = changes.size();
        while (start > 0 && changes[start - 1].kind != ChangeKind::kClear) {
            --start;
        }
        if (start == 0) {
            return false;
        }
        bids_.clear();
        asks_.clear();
        bids_.reserve(changes.size() - start);
        asks_.reserve(changes.size() - start);
        for (std::size_t i = start; i < changes.size(); ++i) {
            (changes[i].kind == ChangeKind::kSetBid ? bids_ : asks_).push_back(changes[i].level);
        }
        market.replace(bids_, asks_);
        return true;
    }

    Market& market_for(std::string_view instrument_id) {
        const auto found = markets_.find(instrument_id);
        if (found != markets_.end()) {
            return found->second;
        }
        Market fresh;
        fresh.start_learning(model_);
        return markets_.emplace(std::string(instrument_id), std::move(fresh)).first->second;
    }

    void probe(Market& market) {
        if (learns_ && has_model()) {
            market.probe(model_, walls_);
        }
    }

    std::map<std::string, Market, std::less<>> markets_;
    Model model_;
    bool learns_ = true;
    // Scratch, so that nothing is allocated once warm.
    std::vector<Level> bids_;
    std::vector<Level> asks_;
    std::vector<Trade> trades_;
    DeltaBatch batch_;
    Walls walls_;
    FeatureVector vector_;
};

}  // namespace bybit_nt
