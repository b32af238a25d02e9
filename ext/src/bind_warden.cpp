// FastWarden: books fed from arrays or framework capsules, asked for walks.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>

#include "bindings.hpp"
#include "bybit_nt/warden.hpp"
#include "convert.hpp"

namespace bybit_nt::python {

namespace {

using Apply = void (Warden::*)(std::string_view, const SideArrays&, const SideArrays&, int, int,
                               std::uint64_t);

template <Apply kApply>
void feed_arrays(Warden& warden, std::string_view instrument_id, const py::handle& bid_prices,
                 const py::handle& bid_sizes, const py::handle& ask_prices, const py::handle& ask_sizes,
                 int price_precision, int size_precision, std::int64_t ts_event) {
    if (ts_event < 0) {
        throw py::value_error("ts_event is " + std::to_string(ts_event) + "; it must be at least 0 ns");
    }
    const SideArrays bids = side_arrays(bid_prices, bid_sizes, "bid_prices", "bid_sizes");
    const SideArrays asks = side_arrays(ask_prices, ask_sizes, "ask_prices", "ask_sizes");
    (warden.*kApply)(instrument_id, bids, asks, price_precision, size_precision,
                     static_cast<std::uint64_t>(ts_event));
}

template <Apply kApply>
void def_feed(py::class_<Warden>& cls, const char* name) {
    cls.def(name, &feed_arrays<kApply>, py::arg("instrument_id"), py::arg("bid_prices"), py::arg("bid_sizes"),
            py::arg("ask_prices"), py::arg("ask_sizes"), py::arg("price_precision"),
            py::arg("size_precision"), py::arg("ts_event"));
}

template <BookSide kSide>
py::tuple side_as_arrays(const Book& book, const Ladder<kSide>& ladder, std::size_t depth) {
    const std::size_t count = std::min(depth, ladder.size());
    py::array_t<double> prices(static_cast<py::ssize_t>(count));
    py::array_t<double> sizes(static_cast<py::ssize_t>(count));
    double* price = prices.mutable_data();
    double* size = sizes.mutable_data();
    for (std::size_t i = 0; i < count; ++i) {
        price[i] = to_double(ladder.at_depth(i).price, book.price_precision);
        size[i] = to_double(ladder.at_depth(i).size, book.size_precision);
    }
    return py::make_tuple(prices, sizes);
}

py::tuple levels(const Warden& warden, std::string_view instrument_id, std::int64_t depth) {
    if (depth < 1) {
        throw py::value_error("depth is " + std::to_string(depth) + "; it must be at least 1 level");
    }
    const Book& book = warden.book(instrument_id);
    const py::tuple bids = side_as_arrays(book, book.bids, static_cast<std::size_t>(depth));
    const py::tuple asks = side_as_arrays(book, book.asks, static_cast<std::size_t>(depth));
    return py::make_tuple(bids[0], bids[1], asks[0], asks[1]);
}

template <BookSide kSide>
py::list side_as_integers(const Ladder<kSide>& ladder) {
    py::list out;
    for (std::size_t i = 0; i < ladder.size(); ++i) {
        out.append(py::make_tuple(to_python(ladder.at_depth(i).price), to_python(ladder.at_depth(i).size)));
    }
    return out;
}

py::tuple raw_levels(const Warden& warden, std::string_view instrument_id) {
    const Book& book = warden.book(instrument_id);
    return py::make_tuple(side_as_integers(book.bids), side_as_integers(book.asks));
}

py::list instruments(const Warden& warden) {
    py::list names;
    for (const auto& entry : warden.books()) {
        names.append(entry.first);
    }
    return names;
}

// A KeyError that reads as a sentence: KeyError itself would print the repr of its message.
void register_unknown_book(py::module_& module) {
    py::dict body;
    body["__doc__"] = "An instrument was asked for before anything was fed for it.";
    body["__str__"] = py::reinterpret_borrow<py::object>(PyExc_Exception).attr("__str__");
    static PyObject* error =
        PyErr_NewException("nautilus_bybit_adapter._ext.UnknownBookError", PyExc_KeyError, body.ptr());
    if (error == nullptr) {
        throw py::error_already_set();
    }
    module.attr("UnknownBookError") = py::reinterpret_borrow<py::object>(error);
    py::register_local_exception_translator([](std::exception_ptr thrown) {
        try {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
        } catch (const UnknownBook& unknown) {
            py::set_error(error, unknown.what());
        }
    });
}

}  // namespace

void bind_warden(py::module_& module) {
    register_unknown_book(module);
    py::class_<Warden> cls(module, "FastWarden",
                           "One order book per instrument, and what orders would pay there.");
    cls.def(py::init<>());
    def_feed<&Warden::apply_snapshot>(cls, "apply_snapshot");
    def_feed<&Warden::apply_levels>(cls, "apply_levels");
    cls.def(
        "apply_deltas_capsule",
        [](Warden& warden, std::string_view instrument_id, const py::handle& capsule,
           const py::handle& layout) {
            warden.apply_deltas(instrument_id, vec_of(capsule), layout_of(layout));
        },
        py::arg("instrument_id"), py::arg("capsule"),
        py::arg("layout") = module.attr("DeltaLayout").attr("RAW128"));
    cls.def(
        "walk",
        [](const Warden& warden, std::string_view instrument_id, const py::handle& side, double quantity) {
            return walk(warden.book(instrument_id), side_of(side), quantity_from_double(quantity));
        },
        py::arg("instrument_id"), py::arg("side"), py::arg("quantity"));
    cls.def(
        "impact_exponent",
        [](const Warden& warden, std::string_view instrument_id, const py::handle& side, double quantity) {
            return impact_exponent(warden.book(instrument_id), side_of(side), quantity_from_double(quantity));
        },
        py::arg("instrument_id"), py::arg("side"), py::arg("quantity"));
    cls.def("levels", &levels, py::arg("instrument_id"), py::arg("depth"));
    cls.def("raw_levels", &raw_levels, py::arg("instrument_id"));
    cls.def("instruments", &instruments);
    cls.def("__contains__", &Warden::contains, py::arg("instrument_id"));
    cls.def(
        "last_update_ns",
        [](const Warden& warden, std::string_view instrument_id) {
            return warden.book(instrument_id).ts_event;
        },
        py::arg("instrument_id"));
    cls.def("clear", &Warden::clear, py::arg("instrument_id"));
    cls.def("reset", &Warden::reset);
}

}  // namespace bybit_nt::python
