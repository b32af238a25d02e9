// Topics whose frames become framework objects without leaving C++.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bybit_nt/book.hpp"
#include "bybit_nt/orderbook_frame.hpp"
#include "bybit_nt/trades_frame.hpp"

namespace bybit_nt::python {

namespace py = pybind11;

// Makes the framework's objects from its structs, through its own capsules.
template <typename Data>
class ObjectMaker {
  public:
    // `deltas_new` and `deltas_drop` are both null where the framework does not show them; `deltas_of` makes
    // an object from a capsule of deltas then.
    ObjectMaker(py::object data_of, py::object deltas_of, layout::DeltasNew deltas_new,
                layout::DeltasDrop deltas_drop)
        : data_of_(std::move(data_of)),
          deltas_of_(std::move(deltas_of)),
          deltas_new_(deltas_new),
          deltas_drop_(deltas_drop),
          capsule_(&data_),
          vec_capsule_(&vec_) {}
    ObjectMaker(const ObjectMaker&) = delete;
    ObjectMaker& operator=(const ObjectMaker&) = delete;

    // `deltas` must not be empty.
    py::object deltas(std::vector<typename Data::DeltaType>& deltas) {
        return this->deltas(deltas.data(), deltas.size());
    }

    py::object deltas(typename Data::DeltaType* first, std::size_t count) {
        vec_ = {first, count, count};
        if (deltas_new_ == nullptr) {
            return call(deltas_of_, vec_capsule_);
        }
        data_.tag = layout::DataTag::kDeltas;
        data_.deltas = deltas_new_(first->instrument_id, &vec_);
        const std::unique_ptr<void, layout::DeltasDrop> ours(data_.deltas, deltas_drop_);
        return call(data_of_, capsule_);
    }

    py::object quote(const typename Data::QuoteType& quote) {
        data_.tag = layout::DataTag::kQuote;
        data_.quote = quote;
        return call(data_of_, capsule_);
    }

    // What `list_of` makes of a capsule of these structs, which it must not keep.
    template <typename Struct>
    py::object list(const py::object& list_of, std::vector<Struct>& structs) {
        vec_ = {structs.data(), structs.size(), structs.capacity()};
        return call(list_of, vec_capsule_);
    }

    py::object trade(const typename Data::TradeType& trade) {
        data_.tag = layout::DataTag::kTrade;
        data_.trade = trade;
        return call(data_of_, capsule_);
    }

    // `tag` says of which kind.
    py::object reference_price(const typename Data::ReferencePriceType& price, layout::DataTag tag) {
        data_.tag = tag;
        data_.reference_price = price;
        return call(data_of_, capsule_);
    }

  private:
    static py::object call(const py::object& callable, const py::capsule& capsule) {
        PyObject* const made = PyObject_CallOneArg(callable.ptr(), capsule.ptr());
        if (made == nullptr) {
            throw py::error_already_set();
        }
        return py::reinterpret_steal<py::object>(made);
    }

    py::object data_of_;
    py::object deltas_of_;
    layout::DeltasNew deltas_new_;
    layout::DeltasDrop deltas_drop_;
    Data data_{};
    layout::Vec vec_{};
    py::capsule capsule_;
    py::capsule vec_capsule_;
};

class Feed {
  public:
    Feed(std::string topic, py::object publish, const NumberForm& form)
        : topic_(std::move(topic)), name_(topic_), publish_(std::move(publish)), form_(form) {}
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;
    virtual ~Feed() = default;

    // False where the frame is left to the Python decoder: nothing was published then, and nothing changed.
    virtual bool on_frame(std::string_view json, std::uint64_t ts_init) = 0;

    const std::string& topic() const noexcept { return topic_; }
    const NumberForm& form() const noexcept { return form_; }
    // The venue changes an instrument's increments while a node runs.
    void set_form(const NumberForm& form) noexcept { form_ = form; }
    // The topic as Python has it.
    const py::str& name() const noexcept { return name_; }

    // Every Python object this holds that may lead back to its holder, for the collector.
    using CallVisitor = std::function<void(py::object&)>;
    virtual void visit_calls(const CallVisitor& visit) { visit(publish_); }

  protected:
    void hand_over(const py::object& item) const {
        PyObject* const nothing = PyObject_CallOneArg(publish_.ptr(), item.ptr());
        if (nothing == nullptr) {
            throw py::error_already_set();
        }
        Py_DECREF(nothing);
    }

  private:
    std::string topic_;
    py::str name_;
    py::object publish_;
    NumberForm form_;
};

// What a book's stream is asked for and told, beside the data itself.
struct BookCalls {
    py::object publish;
    // Called with ts_init before the first data of a book that was not live.
    py::object on_live;
    // Called with sequence, ts_event and ts_init after each change, where the best levels are wanted.
    py::object on_applied;
};

class BookFeed : public Feed {
  public:
    BookFeed(std::string topic, BookCalls calls, const NumberForm& form)
        : Feed(std::move(topic), std::move(calls.publish), form),
          on_live_(std::move(calls.on_live)),
          on_applied_(std::move(calls.on_applied)) {}

    bool deltas_wanted = false;
    bool depths_wanted = false;
    bool quotes_wanted = false;
    bool is_live = false;
    bool has_book = false;
    std::optional<std::uint64_t> last_update_id;

    using TextLevel = std::pair<std::string, std::string>;
    using TextLevels = std::vector<TextLevel>;

    TextLevels bids(std::size_t most) const { return texts_of(bids_, most); }
    TextLevels asks(std::size_t most) const { return texts_of(asks_, most); }

    // Takes both sides over from elsewhere; false, and empty, where they hold what this book cannot.
    bool load(const TextLevels& bids, const TextLevels& asks) {
        std::vector<Level> bid_levels;
        std::vector<Level> ask_levels;
        const bool fits = levels_of(bids, bid_levels) && levels_of(asks, ask_levels);
        if (!fits) {
            bid_levels.clear();
            ask_levels.clear();
        }
        bids_.assign(bid_levels);
        asks_.assign(ask_levels);
        return fits;
    }

    void visit_calls(const CallVisitor& visit) override {
        Feed::visit_calls(visit);
        visit(on_live_);
        visit(on_applied_);
    }

  protected:
    void track(const OrderbookFrame& frame, bool as_snapshot) {
        if (as_snapshot) {
            scratch_.assign(frame.bids.begin(), frame.bids.end());
            bids_.assign(scratch_);
            scratch_.assign(frame.asks.begin(), frame.asks.end());
            asks_.assign(scratch_);
            return;
        }
        for (const Level& level : frame.bids) {
            bids_.set(level);
        }
        for (const Level& level : frame.asks) {
            asks_.set(level);
        }
    }

    bool is_crossed() const noexcept {
        return !bids_.empty() && !asks_.empty() && bids_.best().price >= asks_.best().price;
    }

    void tell_live(std::uint64_t ts_init) {
        if (!is_live) {
            is_live = true;
            on_live_(ts_init);
        }
    }

    void tell_applied(const OrderbookFrame& frame, std::uint64_t ts_init) const {
        if (depths_wanted) {
            on_applied_(frame.sequence, frame.ts_event_ns(), ts_init);
        }
    }

  private:
    template <BookSide kSide>
    TextLevels texts_of(const Ladder<kSide>& ladder, std::size_t most) const {
        TextLevels texts;
        for (std::size_t i = 0; i < ladder.size() && i < most; ++i) {
            const Level& level = ladder.at_depth(i);
            texts.emplace_back(decimal_text(level.price, form().scale.raw_digits),
                               decimal_text(level.size, form().scale.raw_digits));
        }
        return texts;
    }

    bool levels_of(const TextLevels& texts, std::vector<Level>& levels) const {
        for (const auto& [price, size] : texts) {
            Level level{};
            if (!parse_price(price, form().price_precision, form().scale, level.price) ||
                !parse_size(size, form().size_precision, form().scale, level.size)) {
                return false;
            }
            levels.push_back(level);
        }
        return true;
    }

    py::object on_live_;
    py::object on_applied_;
    Bids bids_;
    Asks asks_;
    std::vector<Level> scratch_;
};

class TradeFeed : public Feed {
  public:
    using Feed::Feed;
};

// Both kinds of feed hold what makes the framework's objects.
template <typename Data>
struct Target {
    std::shared_ptr<ObjectMaker<Data>> maker;
    layout::InstrumentId id;
};

template <typename Data>
class NativeBookFeed final : public BookFeed {
  public:
    NativeBookFeed(std::string topic, BookCalls calls, const NumberForm& form, Target<Data> target, int depth)
        : BookFeed(std::move(topic), std::move(calls), form), target_(std::move(target)), depth_(depth) {}

    bool on_frame(std::string_view json, std::uint64_t ts_init) override {
        if (!read_orderbook(json, topic(), form(), frame_)) {
            return false;
        }
        const BookVerdict verdict =
            judge(frame_, last_update_id.has_value(), last_update_id.value_or(0), depth_);
        // A depth-1 topic knows snapshots only: a changed level need not be the touch.
        if (verdict == BookVerdict::kAsk || (depth_ == 1 && verdict == BookVerdict::kDelta)) {
            return false;
        }
        const bool as_snapshot = verdict == BookVerdict::kSnapshot;
        // Levels are absolute: a crossed book is seen again when the Python decoder applies the same frame.
        track(frame_, as_snapshot);
        if (is_crossed()) {
            return false;
        }
        hand_over_all(as_snapshot, ts_init);
        return true;
    }

  private:
    void hand_over_all(bool as_snapshot, std::uint64_t ts_init) {
        py::object deltas;
        py::object quote;
        if (deltas_wanted) {
            fill_deltas<Data>(frame_, as_snapshot, target_.id, form(), ts_init, block_);
            if (!block_.empty()) {
                deltas = target_.maker->deltas(block_);
            }
        }
        typename Data::QuoteType touch;
        if (quotes_wanted && depth_ == 1 && fill_quote<Data>(frame_, target_.id, form(), ts_init, touch)) {
            quote = target_.maker->quote(touch);
        }
        last_update_id = frame_.update_id;
        tell_live(ts_init);
        if (deltas) {
            has_book = true;
            hand_over(deltas);
        }
        tell_applied(frame_, ts_init);
        if (quote) {
            hand_over(quote);
        }
    }

    Target<Data> target_;
    int depth_;
    OrderbookFrame frame_;
    std::vector<typename Data::DeltaType> block_;
};

template <typename Data>
class NativeTradeFeed final : public TradeFeed {
  public:
    NativeTradeFeed(std::string topic, py::object publish, const NumberForm& form, Target<Data> target,
                    std::string symbol)
        : TradeFeed(std::move(topic), std::move(publish), form),
          target_(std::move(target)),
          symbol_(std::move(symbol)) {}

    bool on_frame(std::string_view json, std::uint64_t ts_init) override {
        if (!read_trades<Data>(json, topic(), {symbol_, target_.id, form(), ts_init}, block_)) {
            return false;
        }
        if (block_.size() == 1) {
            hand_over(target_.maker->trade(block_[0]));
            return true;
        }
        // All of them are made before the first is handed over: whoever takes it may bring the next frame.
        std::vector<py::object> trades;
        trades.reserve(block_.size());
        for (const auto& trade : block_) {
            trades.push_back(target_.maker->trade(trade));
        }
        for (const py::object& trade : trades) {
            hand_over(trade);
        }
        return true;
    }

  private:
    Target<Data> target_;
    std::string symbol_;
    std::vector<typename Data::TradeType> block_;
};

// From a frame's topic to its feed.
class FrameDispatcher {
  public:
    void add(std::shared_ptr<Feed> feed) {
        remove(feed->topic());
        const std::string_view topic = feed->topic();
        feeds_.emplace(topic, std::move(feed));
    }

    void remove(const std::string& topic) { feeds_.erase(std::string_view(topic)); }

    // None where the frame is left to the Python decoder.
    py::object on_frame(std::string_view json, std::uint64_t ts_init) const {
        const std::shared_ptr<Feed> feed = take(json, ts_init);
        return feed ? py::object(feed->name()) : py::object(py::none());
    }

    // The feed that took the frame, or nothing.
    std::shared_ptr<Feed> take(std::string_view json, std::uint64_t ts_init) const {
        JsonScanner scanner(json);
        const auto found = feeds_.find(find_topic(json, scanner));
        if (found == feeds_.end()) {
            return nullptr;
        }
        // Whoever takes what is published may remove the feed.
        std::shared_ptr<Feed> feed = found->second;
        return feed->on_frame(json, ts_init) ? feed : nullptr;
    }

  private:
    // The keys are the feeds' own text.
    std::unordered_map<std::string_view, std::shared_ptr<Feed>> feeds_;
};

}  // namespace bybit_nt::python
