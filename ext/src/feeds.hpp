// Topics whose frames become framework objects without leaving C++.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

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
        vec_ = {deltas.data(), deltas.size(), deltas.capacity()};
        if (deltas_new_ == nullptr) {
            return call(deltas_of_, vec_capsule_);
        }
        data_.tag = layout::DataTag::kDeltas;
        data_.deltas = deltas_new_(deltas.front().instrument_id, &vec_);
        const std::unique_ptr<void, layout::DeltasDrop> ours(data_.deltas, deltas_drop_);
        return call(data_of_, capsule_);
    }

    py::object quote(const typename Data::QuoteType& quote) {
        data_.tag = layout::DataTag::kQuote;
        data_.quote = quote;
        return call(data_of_, capsule_);
    }

    py::object trade(const typename Data::TradeType& trade) {
        data_.tag = layout::DataTag::kTrade;
        data_.trade = trade;
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
    Feed(std::string topic, py::object publish)
        : topic_(std::move(topic)), name_(topic_), publish_(std::move(publish)) {}
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;
    virtual ~Feed() = default;

    // False where the frame is left to the Python decoder: nothing was published then, and nothing changed.
    virtual bool on_frame(std::string_view json, std::uint64_t ts_init) = 0;

    const std::string& topic() const noexcept { return topic_; }
    // The topic as Python has it.
    const py::str& name() const noexcept { return name_; }
    py::object& publish() noexcept { return publish_; }

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
};

class BookFeed : public Feed {
  public:
    using Feed::Feed;
    bool deltas_wanted = false;
    bool quotes_wanted = false;
    bool has_book = false;
    std::optional<std::uint64_t> last_update_id;
};

class TradeFeed : public Feed {
  public:
    using Feed::Feed;
};

template <typename Data>
class NativeBookFeed final : public BookFeed {
  public:
    NativeBookFeed(std::string topic, py::object publish, std::shared_ptr<ObjectMaker<Data>> maker,
                   const layout::InstrumentId& id, const NumberForm& form, int depth)
        : BookFeed(std::move(topic), std::move(publish)),
          maker_(std::move(maker)),
          id_(id),
          form_(form),
          depth_(depth) {}

    bool on_frame(std::string_view json, std::uint64_t ts_init) override {
        if (!read_orderbook(json, topic(), form_, frame_)) {
            return false;
        }
        const BookVerdict verdict =
            judge(frame_, last_update_id.has_value(), last_update_id.value_or(0), depth_);
        // A depth-1 topic knows snapshots only: a changed level need not be the touch.
        if (verdict == BookVerdict::kAsk || (depth_ == 1 && verdict == BookVerdict::kDelta)) {
            return false;
        }
        py::object deltas;
        py::object quote;
        if (deltas_wanted) {
            fill_deltas<Data>(frame_, verdict == BookVerdict::kSnapshot, id_, form_, ts_init, block_);
            if (!block_.empty()) {
                deltas = maker_->deltas(block_);
            }
        }
        typename Data::QuoteType touch;
        if (quotes_wanted && depth_ == 1 && fill_quote<Data>(frame_, id_, form_, ts_init, touch)) {
            quote = maker_->quote(touch);
        }
        last_update_id = frame_.update_id;
        if (deltas) {
            has_book = true;
            hand_over(deltas);
        }
        if (quote) {
            hand_over(quote);
        }
        return true;
    }

  private:
    std::shared_ptr<ObjectMaker<Data>> maker_;
    layout::InstrumentId id_;
    NumberForm form_;
    int depth_;
    OrderbookFrame frame_;
    std::vector<typename Data::DeltaType> block_;
};

template <typename Data>
class NativeTradeFeed final : public TradeFeed {
  public:
    NativeTradeFeed(std::string topic, py::object publish, std::shared_ptr<ObjectMaker<Data>> maker,
                    const layout::InstrumentId& id, const NumberForm& form, std::string symbol)
        : TradeFeed(std::move(topic), std::move(publish)),
          maker_(std::move(maker)),
          id_(id),
          form_(form),
          symbol_(std::move(symbol)) {}

    bool on_frame(std::string_view json, std::uint64_t ts_init) override {
        if (!read_trades<Data>(json, topic(), {symbol_, id_, form_, ts_init}, block_)) {
            return false;
        }
        if (block_.size() == 1) {
            hand_over(maker_->trade(block_[0]));
            return true;
        }
        // All of them are made before the first is handed over: whoever takes it may bring the next frame.
        std::vector<py::object> trades;
        trades.reserve(block_.size());
        for (const auto& trade : block_) {
            trades.push_back(maker_->trade(trade));
        }
        for (const py::object& trade : trades) {
            hand_over(trade);
        }
        return true;
    }

  private:
    std::shared_ptr<ObjectMaker<Data>> maker_;
    layout::InstrumentId id_;
    NumberForm form_;
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
        JsonScanner scanner(json);
        const auto found = feeds_.find(find_topic(json, scanner));
        if (found == feeds_.end()) {
            return py::none();
        }
        // Whoever takes what is published may remove the feed.
        const std::shared_ptr<Feed> feed = found->second;
        return feed->on_frame(json, ts_init) ? py::object(feed->name()) : py::object(py::none());
    }

  private:
    // The keys are the feeds' own text.
    std::unordered_map<std::string_view, std::shared_ptr<Feed>> feeds_;
};

}  // namespace bybit_nt::python
