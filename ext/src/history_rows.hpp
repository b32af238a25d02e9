// Rows of history: the framework's structs in a block, given out as its objects or as Arrow's columns.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "convert.hpp"
#include "feeds.hpp"

namespace bybit_nt::python {

// A catalogue's rows never go back in time: what is told late counts as told with the row before it.
class HistoryClock {
  public:
    std::uint64_t stamp(std::uint64_t ts_init) noexcept {
        if (ts_init < last_ns) {
            ++late_count;
            return last_ns;
        }
        return last_ns = ts_init;
    }

    std::uint64_t last_ns = 0;
    std::uint64_t late_count = 0;
};

class HistoryRows {
  public:
    HistoryRows() = default;
    HistoryRows(const HistoryRows&) = delete;
    HistoryRows& operator=(const HistoryRows&) = delete;
    virtual ~HistoryRows() = default;

    virtual std::size_t size() const noexcept = 0;
    virtual void clear() noexcept = 0;
    virtual py::dict columns() const = 0;
    // What the framework's `list_of` makes of the block.
    virtual py::object objects(const py::object& list_of) = 0;
    // Takes what Python made of a frame that C++ has left.
    virtual void append(const py::handle& capsule) = 0;

    HistoryClock clock;
};

namespace detail {

template <typename Column, typename Rows, typename Value>
py::array column_of(const Rows& rows, Value&& value) {
    py::array_t<Column> column(static_cast<py::ssize_t>(rows.size()));
    Column* at = column.mutable_data();
    for (const auto& row : rows) {
        *at++ = static_cast<Column>(value(row));
    }
    return column;
}

// Raw values side by side as bytes: numpy knows no integers of 128 bits.
template <typename Rows, typename Value>
py::array raw_column_of(const Rows& rows, Value&& value) {
    using Raw = decltype(value(*rows.begin()));
    py::array_t<std::uint8_t> column(static_cast<py::ssize_t>(rows.size() * sizeof(Raw)));
    std::uint8_t* at = column.mutable_data();
    for (const auto& row : rows) {
        const Raw raw = value(row);
        std::memcpy(at, &raw, sizeof(Raw));
        at += sizeof(Raw);
    }
    return column;
}

template <typename Row>
void append_of(const py::handle& capsule, std::vector<Row>& rows) {
    const layout::Vec& vec = vec_of(capsule);
    check_length(vec);
    const std::size_t before = rows.size();
    rows.resize(before + vec.length);
    if (vec.length != 0) {
        std::memcpy(rows.data() + before, vec.data, vec.length * sizeof(Row));
    }
}

}  // namespace detail

class DeltaRowsBase : public HistoryRows {
  public:
    // One object for the rows of each frame.
    virtual py::list frames() = 0;
};

template <typename Data>
class DeltaRows final : public DeltaRowsBase {
  public:
    using Row = typename Data::DeltaType;

    explicit DeltaRows(std::shared_ptr<ObjectMaker<Data>> maker) : maker_(std::move(maker)) {}

    std::size_t size() const noexcept override { return rows_.size(); }
    void clear() noexcept override { rows_.clear(); }

    std::vector<Row>& rows() noexcept { return rows_; }

    void append(const py::handle& capsule) override { detail::append_of(capsule, rows_); }

    py::object objects(const py::object& list_of) override { return maker_->list(list_of, rows_); }

    py::list frames() override {
        py::list made;
        std::size_t first = 0;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if ((rows_[i].flags & bybit_nt::detail::kFlagLast) != 0) {
                made.append(maker_->deltas(rows_.data() + first, i + 1 - first));
                first = i + 1;
            }
        }
        return made;
    }

    py::dict columns() const override {
        using detail::column_of;
        using detail::raw_column_of;
        py::dict columns;
        columns["action"] = column_of<std::uint8_t>(rows_, [](const Row& row) { return row.action; });
        columns["side"] = column_of<std::uint8_t>(rows_, [](const Row& row) { return row.order.side; });
        columns["price"] = raw_column_of(rows_, [](const Row& row) { return row.order.price.raw; });
        columns["size"] = raw_column_of(rows_, [](const Row& row) { return row.order.size.raw; });
        columns["order_id"] =
            column_of<std::uint64_t>(rows_, [](const Row& row) { return row.order.order_id; });
        columns["flags"] = column_of<std::uint8_t>(rows_, [](const Row& row) { return row.flags; });
        columns["sequence"] = column_of<std::uint64_t>(rows_, [](const Row& row) { return row.sequence; });
        columns["ts_event"] = column_of<std::uint64_t>(rows_, [](const Row& row) { return row.ts_event; });
        columns["ts_init"] = column_of<std::uint64_t>(rows_, [](const Row& row) { return row.ts_init; });
        return columns;
    }

  private:
    std::shared_ptr<ObjectMaker<Data>> maker_;
    std::vector<Row> rows_;
};

class TradeRowsBase : public HistoryRows {};

template <typename Data>
class TradeRows final : public TradeRowsBase {
  public:
    using Row = typename Data::TradeType;

    explicit TradeRows(std::shared_ptr<ObjectMaker<Data>> maker) : maker_(std::move(maker)) {}

    std::size_t size() const noexcept override { return rows_.size(); }
    void clear() noexcept override { rows_.clear(); }

    void append(const std::vector<Row>& rows) { rows_.insert(rows_.end(), rows.begin(), rows.end()); }
    void append(const Row& row) { rows_.push_back(row); }
    void append(const py::handle& capsule) override { detail::append_of(capsule, rows_); }

    py::object objects(const py::object& list_of) override { return maker_->list(list_of, rows_); }

    // `trade_id` is text end to end, and `trade_id_offsets` where each one begins and the last one ends.
    py::dict columns() const override {
        using detail::column_of;
        using detail::raw_column_of;
        py::dict columns;
        columns["price"] = raw_column_of(rows_, [](const Row& row) { return row.price.raw; });
        columns["size"] = raw_column_of(rows_, [](const Row& row) { return row.size.raw; });
        columns["aggressor_side"] =
            column_of<std::uint8_t>(rows_, [](const Row& row) { return row.aggressor_side; });
        add_ids(columns);
        columns["ts_event"] = column_of<std::uint64_t>(rows_, [](const Row& row) { return row.ts_event; });
        columns["ts_init"] = column_of<std::uint64_t>(rows_, [](const Row& row) { return row.ts_init; });
        return columns;
    }

  private:
    void add_ids(py::dict& columns) const {
        py::array_t<std::int32_t> offsets(static_cast<py::ssize_t>(rows_.size() + 1));
        std::int32_t* at = offsets.mutable_data();
        std::int32_t length = 0;
        *at++ = 0;
        for (const Row& row : rows_) {
            length += row.trade_id.length;
            *at++ = length;
        }
        py::array_t<std::uint8_t> text(length);
        std::uint8_t* to = text.mutable_data();
        for (const Row& row : rows_) {
            to = std::copy_n(row.trade_id.value, row.trade_id.length, to);
        }
        columns["trade_id"] = text;
        columns["trade_id_offsets"] = offsets;
    }

    std::shared_ptr<ObjectMaker<Data>> maker_;
    std::vector<Row> rows_;
};

}  // namespace bybit_nt::python
