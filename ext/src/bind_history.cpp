// Archives and recordings as rows.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <type_traits>

#include "bindings.hpp"
#include "framework_types.hpp"
#include "history_feeds.hpp"

namespace bybit_nt::python {

namespace {

template <typename Maker>
constexpr bool kIsWide = std::is_same_v<std::decay_t<Maker>, std::shared_ptr<Maker128>>;

template <typename Maker>
using DataOf = std::conditional_t<kIsWide<Maker>, layout::Data128, layout::Data64>;

template <template <typename> class Rows, typename Base>
std::shared_ptr<Base> make_rows(const FrameworkTypes& types) {
    return std::visit(
        [](const auto& maker) -> std::shared_ptr<Base> {
            return std::make_shared<Rows<DataOf<decltype(maker)>>>(maker);
        },
        types.maker);
}

template <typename Rows, typename Base>
std::shared_ptr<Rows> own_rows(const std::shared_ptr<Base>& rows) {
    auto own = std::dynamic_pointer_cast<Rows>(rows);
    if (!own) {
        throw py::value_error("rows are of another layout than types");
    }
    return own;
}

template <typename Maker, typename Make>
auto with_target(const Maker& maker, const py::handle& instrument, int price_precision, int size_precision,
                 Make&& make) {
    const auto kind = kIsWide<Maker> ? layout::DeltaLayout::kRaw128 : layout::DeltaLayout::kRaw64;
    const NumberForm form = form_of(kIsWide<Maker> ? kScale128 : kScale64, price_precision, size_precision);
    return make(Target<DataOf<Maker>>{maker, instrument_id_of(instrument, kind)}, form);
}

std::shared_ptr<BookFeed> book_feed(const FrameworkTypes& types, const py::handle& instrument,
                                    const std::string& topic, int price_precision, int size_precision,
                                    int depth, const std::shared_ptr<DeltaRowsBase>& rows,
                                    const py::object& publish, const py::object& on_live,
                                    const py::object& on_applied) {
    return std::visit(
        [&](const auto& maker) {
            return with_target(maker, instrument, price_precision, size_precision,
                               [&](auto target, const NumberForm& form) -> std::shared_ptr<BookFeed> {
                                   using Data = DataOf<decltype(maker)>;
                                   return std::make_shared<HistoryBookFeed<Data>>(
                                       topic, BookCalls{publish, on_live, on_applied}, form, target, depth,
                                       own_rows<DeltaRows<Data>>(rows));
                               });
        },
        types.maker);
}

std::shared_ptr<TradeFeed> trade_feed(const FrameworkTypes& types, const py::handle& instrument,
                                      const std::string& topic, int price_precision, int size_precision,
                                      const std::string& symbol, const std::shared_ptr<TradeRowsBase>& rows,
                                      const py::object& publish) {
    return std::visit(
        [&](const auto& maker) {
            return with_target(maker, instrument, price_precision, size_precision,
                               [&](auto target, const NumberForm& form) -> std::shared_ptr<TradeFeed> {
                                   using Data = DataOf<decltype(maker)>;
                                   return std::make_shared<HistoryTradeFeed<Data>>(
                                       topic, publish, form, target, symbol, own_rows<TradeRows<Data>>(rows));
                               });
        },
        types.maker);
}

std::shared_ptr<TradeLinesBase> trade_lines(const FrameworkTypes& types, const py::handle& instrument,
                                            int price_precision, int size_precision,
                                            const std::shared_ptr<TradeRowsBase>& rows, int time, int side,
                                            int price, int size, int id, int time_digits, bool is_sorted) {
    return std::visit(
        [&](const auto& maker) {
            return with_target(maker, instrument, price_precision, size_precision,
                               [&](auto target, const NumberForm& form) -> std::shared_ptr<TradeLinesBase> {
                                   using Data = DataOf<decltype(maker)>;
                                   return std::make_shared<TradeLines<Data>>(
                                       target, form, TradeRowForm{time, side, price, size, id, time_digits},
                                       own_rows<TradeRows<Data>>(rows), is_sorted);
                               });
        },
        types.maker);
}

void feed_bytes(BlockLines& lines, const py::bytes& block) { lines.feed(std::string_view(block)); }

template <typename Lines, typename... Extra>
void bind_lines(py::class_<Lines, Extra...>& lines) {
    lines.def(
             "feed", [](Lines& self, const py::bytes& block) { feed_bytes(self, block); }, py::arg("block"))
        .def("finish", [](Lines& self) { self.finish(); })
        .def("run", &Lines::run)
        .def_property_readonly("count", [](const Lines& self) { return self.count(); })
        .def_property_readonly("has_rest", [](const Lines& self) { return self.has_rest(); });
}

}  // namespace

void bind_history(py::module_& module) {
    py::class_<HistoryRows, std::shared_ptr<HistoryRows>>(module, "HistoryRows")
        .def("__len__", &HistoryRows::size)
        .def("append", &HistoryRows::append, py::arg("capsule"))
        .def("clear", &HistoryRows::clear)
        .def("columns", &HistoryRows::columns)
        .def("objects", &HistoryRows::objects, py::arg("list_of"))
        .def(
            "stamp", [](HistoryRows& rows, std::uint64_t ts) { return rows.clock.stamp(ts); }, py::arg("ts"))
        .def_property_readonly("late_count", [](const HistoryRows& rows) { return rows.clock.late_count; })
        .def_property_readonly("last_ns", [](const HistoryRows& rows) { return rows.clock.last_ns; });
    py::class_<DeltaRowsBase, HistoryRows, std::shared_ptr<DeltaRowsBase>>(module, "DeltaRows")
        .def(py::init(&make_rows<DeltaRows, DeltaRowsBase>), py::arg("types"))
        .def("frames", &DeltaRowsBase::frames);
    py::class_<TradeRowsBase, HistoryRows, std::shared_ptr<TradeRowsBase>>(module, "TradeRows")
        .def(py::init(&make_rows<TradeRows, TradeRowsBase>), py::arg("types"));
    module.def("history_book_feed", &book_feed, py::kw_only(), py::arg("types"), py::arg("instrument"),
               py::arg("topic"), py::arg("price_precision"), py::arg("size_precision"), py::arg("depth"),
               py::arg("rows"), py::arg("publish"), py::arg("on_live"), py::arg("on_applied"));
    module.def("history_trade_feed", &trade_feed, py::kw_only(), py::arg("types"), py::arg("instrument"),
               py::arg("topic"), py::arg("price_precision"), py::arg("size_precision"), py::arg("symbol"),
               py::arg("rows"), py::arg("publish"));
    py::class_<FrameLines> frame_lines(module, "FrameLines");
    frame_lines.def(py::init<std::shared_ptr<FrameDispatcher>, bool>(), py::arg("dispatcher"),
                    py::arg("is_stamped"));
    bind_lines(frame_lines);
    py::class_<TradeLinesBase, std::shared_ptr<TradeLinesBase>> trade_rows(module, "TradeLines");
    trade_rows.def(py::init(&trade_lines), py::kw_only(), py::arg("types"), py::arg("instrument"),
                   py::arg("price_precision"), py::arg("size_precision"), py::arg("rows"), py::arg("time"),
                   py::arg("side"), py::arg("price"), py::arg("size"), py::arg("trade_id"),
                   py::arg("time_digits"), py::arg("is_sorted"));
    bind_lines(trade_rows);
}

}  // namespace bybit_nt::python
