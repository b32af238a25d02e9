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
    const std::uint64_t ts_ns = time_of(ts_event, "ts_event");
    const SideArrays bids = side_arrays(bid_prices, bid_sizes, "bid_prices", "bid_sizes");
    const SideArrays asks = side_arrays(ask_prices, ask_sizes, "ask_prices", "ask_sizes");
    (warden.*kApply)(instrument_id, bids, asks, price_precision, size_precision, ts_ns);
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

py::array_t<double> features(Warden& warden, std::string_view instrument_id, const py::handle& side,
                             double quantity, std::int64_t now_ns) {
    const FeatureVector& found = warden.features(instrument_id, side_of(side), quantity_from_double(quantity),
                                                 time_of(now_ns, "now_ns"));
    return py::array_t<double>(static_cast<py::ssize_t>(found.values.size()), found.values.data());
}

std::string represent(const TopologyScore& score) {
    return py::str("TopologyScore(stability={}, connectivity={}, curvature={}, is_disconnected={})")
        .format(score.stability, score.connectivity, score.curvature, score.is_disconnected)
        .cast<std::string>();
}

void bind_topology(py::module_& module) {
    py::class_<TopologyScore>(module, "TopologyScore",
                              "How whole the side of a book is that an order would take.")
        .def_readonly("stability", &TopologyScore::stability)
        .def_readonly("connectivity", &TopologyScore::connectivity)
        .def_readonly("curvature", &TopologyScore::curvature)
        .def_readonly("is_disconnected", &TopologyScore::is_disconnected)
        .def_readonly("strongest_wall", &TopologyScore::strongest_wall)
        .def_property_readonly("wall_count", [](const TopologyScore& score) { return score.walls.bars; })
        .def_property_readonly("wall_persistence",
                               [](const TopologyScore& score) { return score.walls.total; })
        .def_property_readonly("wall_entropy", [](const TopologyScore& score) { return score.walls.entropy; })
        .def_property_readonly("hole_count", [](const TopologyScore& score) { return score.holes.bars; })
        .def_property_readonly("hole_persistence",
                               [](const TopologyScore& score) { return score.holes.total; })
        .def_property_readonly("hole_entropy", [](const TopologyScore& score) { return score.holes.entropy; })
        .def("__repr__", &represent);
}

// What an order would meet, beyond the walk.
void def_questions(py::class_<Warden>& cls) {
    cls.def("features", &features, py::arg("instrument_id"), py::arg("side"), py::arg("quantity"),
            py::arg("now_ns") = 0);
    cls.def(
        "topology",
        [](Warden& warden, std::string_view instrument_id, const py::handle& side, double quantity,
           std::int64_t now_ns) {
            return warden.topology(instrument_id, side_of(side), quantity_from_double(quantity),
                                   time_of(now_ns, "now_ns"));
        },
        py::arg("instrument_id"), py::arg("side"), py::arg("quantity"), py::arg("now_ns") = 0);
    cls.def(
        "depth_surface_curvature",
        [](const Warden& warden, std::string_view instrument_id, const py::handle& side) {
            const Curvature found = warden.surface_curvature(instrument_id, side_of(side));
            return py::make_tuple(found.gaussian, found.mean);
        },
        py::arg("instrument_id"), py::arg("side"));
}

void def_trades(py::class_<Warden>& cls, const py::module_& module) {
    cls.def(
        "apply_trade",
        [](Warden& warden, std::string_view instrument_id, bool is_buy, double price, double quantity,
           std::int64_t ts_ns) {
            warden.apply_trade(instrument_id, is_buy, price, quantity, time_of(ts_ns, "ts_ns"));
        },
        py::arg("instrument_id"), py::arg("is_buy"), py::arg("price"), py::arg("quantity"), py::arg("ts_ns"));
    cls.def(
        "apply_trades_capsule",
        [](Warden& warden, std::string_view instrument_id, const py::handle& capsule,
           const py::handle& layout) {
            warden.apply_trades(instrument_id, trades_of(capsule), layout_of(layout));
        },
        py::arg("instrument_id"), py::arg("capsule"),
        py::arg("layout") = module.attr("DeltaLayout").attr("RAW128"));
    cls.def("set_contract", &Warden::set_contract, py::arg("instrument_id"), py::arg("multiplier") = 1.0,
            py::arg("is_inverse") = false);
}

void def_state(py::class_<Warden>& cls) {
    cls.def("snapshot", [](const Warden& warden) { return py::bytes(warden.snapshot()); });
    cls.def_static(
        "restore", [](const py::bytes& state) { return Warden::restore(state); }, py::arg("state"));
}

py::list instruments(const Warden& warden) {
    py::list names;
    for (const auto& entry : warden.markets()) {
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
    bind_topology(module);
    py::class_<Warden> cls(module, "FastWarden",
                           "One order book per instrument, and what orders would pay there.");
    cls.def(py::init(&new_warden), py::kw_only(), py::arg("use_default_model") = true);
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
    def_trades(cls, module);
    def_questions(cls);
    def_forecasts(cls);
    def_state(cls);
    module.attr("FEATURE_COUNT") = kFeatureCount;
}

}  // namespace bybit_nt::python
