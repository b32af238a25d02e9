// Topics and tables of history, whose frames become rows; and the lines they come in.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bybit_nt/line_buffer.hpp"
#include "bybit_nt/trade_row.hpp"
#include "feeds.hpp"
#include "history_rows.hpp"

namespace bybit_nt::python {

// A frame of an archive has no time of receipt: it could be known when the venue pushed it.
template <typename Data>
class HistoryBookFeed final : public BookFeed {
  public:
    HistoryBookFeed(std::string topic, BookCalls calls, const NumberForm& form, Target<Data> target,
                    int depth, std::shared_ptr<DeltaRows<Data>> rows)
        : BookFeed(std::move(topic), std::move(calls), form),
          id_(target.id),
          depth_(depth),
          rows_(std::move(rows)) {}

    bool on_frame(std::string_view json, std::uint64_t ts_init) override {
        if (!read_orderbook(json, topic(), form(), frame_)) {
            return false;
        }
        const BookVerdict verdict =
            judge(frame_, last_update_id.has_value(), last_update_id.value_or(0), depth_);
        if (verdict == BookVerdict::kAsk || (depth_ == 1 && verdict == BookVerdict::kDelta)) {
            return false;
        }
        const bool as_snapshot = verdict == BookVerdict::kSnapshot;
        track(frame_, as_snapshot);
        if (is_crossed()) {
            return false;
        }
        const std::uint64_t ts = rows_->clock.stamp(ts_init != 0 ? ts_init : frame_.ts_ms * kNanosPerMilli);
        last_update_id = frame_.update_id;
        tell_live(ts);
        has_book = append_deltas<Data>(frame_, as_snapshot, id_, form(), ts, rows_->rows()) || has_book;
        return true;
    }

  private:
    layout::InstrumentId id_;
    int depth_;
    std::shared_ptr<DeltaRows<Data>> rows_;
    OrderbookFrame frame_;
};

template <typename Data>
class HistoryTradeFeed final : public TradeFeed {
  public:
    HistoryTradeFeed(std::string topic, py::object publish, const NumberForm& form, Target<Data> target,
                     std::string symbol, std::shared_ptr<TradeRows<Data>> rows)
        : TradeFeed(std::move(topic), std::move(publish), form),
          id_(target.id),
          symbol_(std::move(symbol)),
          rows_(std::move(rows)) {}

    bool on_frame(std::string_view json, std::uint64_t ts_init) override {
        const std::uint64_t before = rows_->clock.last_ns;
        const std::uint64_t ts = ts_init > before ? ts_init : before;
        if (!read_trades<Data>(json, topic(), {symbol_, id_, form(), ts}, block_)) {
            return false;
        }
        rows_->clock.stamp(ts_init);
        rows_->append(block_);
        return true;
    }

  private:
    layout::InstrumentId id_;
    std::string symbol_;
    std::shared_ptr<TradeRows<Data>> rows_;
    std::vector<typename Data::TradeType> block_;
};

class BlockLines {
  public:
    void feed(std::string_view block) {
        if (!lines_.feed(block)) {
            throw std::length_error("a line is longer than " + std::to_string(kMaxFrame) + " bytes");
        }
    }
    void finish() { lines_.finish(); }
    std::uint64_t count() const noexcept { return lines_.count(); }
    bool has_rest() const noexcept { return lines_.has_rest(); }

  protected:
    bool next(std::string_view& line) noexcept { return lines_.next(line); }

  private:
    LineBuffer lines_;
};

// Lines of frames, each handed to the feed of its topic.
class FrameLines : public BlockLines {
  public:
    FrameLines(std::shared_ptr<FrameDispatcher> dispatcher, bool stamped)
        : dispatcher_(std::move(dispatcher)), stamped_(stamped) {}

    // Goes on until a line is left: (time of receipt, frame), with 0 where there is none. None at the end.
    py::object run() {
        std::string_view line;
        while (next(line)) {
            std::uint64_t received_ns = 0;
            std::string_view frame = line;
            const bool split = !stamped_ || split_stamped(line, received_ns, frame);
            if (!split || !dispatcher_->take(frame, received_ns)) {
                return py::make_tuple(received_ns, py::bytes(frame.data(), frame.size()));
            }
        }
        return py::none();
    }

  private:
    std::shared_ptr<FrameDispatcher> dispatcher_;
    bool stamped_;
};

class TradeLinesBase : public BlockLines {
  public:
    virtual ~TradeLinesBase() = default;
    virtual py::object run() = 0;
};

// Rows of a table of trades.
template <typename Data>
class TradeLines final : public TradeLinesBase {
  public:
    TradeLines(Target<Data> target, const NumberForm& form, const TradeRowForm& columns,
               std::shared_ptr<TradeRows<Data>> rows, bool sorted)
        : id_(target.id), form_(form), columns_(columns), rows_(std::move(rows)), sorted_(sorted) {}

    // Goes on until a row is left, which is returned. Where the table is to be sorted by time, a row that is
    // before the one above it is left.
    py::object run() override {
        std::string_view line;
        typename Data::TradeType trade{};
        trade.instrument_id = id_;
        while (next(line)) {
            const bool read = read_trade_row<Data>(line, columns_, form_, trade);
            if (!read || (sorted_ && trade.ts_init < rows_->clock.last_ns)) {
                return py::bytes(line.data(), line.size());
            }
            rows_->clock.last_ns = trade.ts_init;
            rows_->append(trade);
        }
        return py::none();
    }

  private:
    layout::InstrumentId id_;
    NumberForm form_;
    TradeRowForm columns_;
    std::shared_ptr<TradeRows<Data>> rows_;
    bool sorted_;
};

}  // namespace bybit_nt::python
