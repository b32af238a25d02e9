// Forecasts, and the coefficients they are made with: read from the Python model by its attributes.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings.hpp"
#include "bybit_nt/warden.hpp"
#include "convert.hpp"

namespace bybit_nt::python {

namespace py = pybind11;

namespace {

using Floats = py::array_t<double, py::array::c_style | py::array::forcecast>;

// What C++ says of an order, with the id it was asked with.
struct NamedForecast {
    std::string instrument_id;
    Forecast forecast;
};

std::vector<double> numbers_of(const py::handle& owner, const char* name, std::size_t count) {
    const auto array = owner.attr(name).cast<Floats>();
    const FloatView view = finite_view(array, name);
    if (view.size != count) {
        throw py::value_error(std::string(name) + " has " + std::to_string(view.size) +
                              " entries; it must have " + std::to_string(count));
    }
    return {view.data, view.data + view.size};
}

Features features_of(const py::handle& owner, const char* name) {
    const std::vector<double> numbers = numbers_of(owner, name, kFeatureCount);
    Features values;
    std::copy(numbers.begin(), numbers.end(), values.begin());
    return values;
}

double number_of(const py::handle& owner, const char* name) { return owner.attr(name).cast<double>(); }

Linear linear_of(const py::handle& owner, const char* name) {
    const py::object linear = owner.attr(name);
    return {number_of(linear, "intercept"), features_of(linear, "coefficients")};
}

Cell cell_of(const py::handle& cell) {
    return {number_of(cell, "horizon_ms"), number_of(cell, "notional"),  features_of(cell, "means"),
            features_of(cell, "scales"),   linear_of(cell, "mean"),      linear_of(cell, "q90"),
            linear_of(cell, "q95"),        number_of(cell, "naive_q90"), number_of(cell, "naive_q95")};
}

// The place of each input among the features, with the horizon's two behind them.
std::vector<std::uint64_t> input_places(const py::handle& fill) {
    const py::object names = py::module_::import("nautilus_bybit_adapter.warden.features").attr("FEATURES");
    std::vector<std::string> known = names.cast<std::vector<std::string>>();
    known.emplace_back("log_horizon");
    known.emplace_back("log_horizon_squared");
    std::vector<std::uint64_t> places;
    for (const py::handle& input : fill.attr("inputs")) {
        const auto name = input.cast<std::string>();
        const auto found = std::find(known.begin(), known.end(), name);
        if (found == known.end() || known.size() != FillModel::kInputs) {
            throw py::value_error("inputs has '" + name + "'; each must be a feature or a horizon");
        }
        places.push_back(static_cast<std::uint64_t>(found - known.begin()));
    }
    return places;
}

FillModel fill_of(const py::object& fill) {
    FillModel model;
    if (fill.is_none()) {
        return model;
    }
    model.is_known = true;
    model.inputs = input_places(fill);
    model.means = numbers_of(fill, "means", model.inputs.size());
    model.scales = numbers_of(fill, "scales", model.inputs.size());
    model.coefficients = numbers_of(fill, "coefficients", model.inputs.size());
    model.intercept = number_of(fill, "intercept");
    model.shortest_ms = number_of(fill, "shortest_ms");
    model.longest_ms = number_of(fill, "longest_ms");
    return model;
}

Model model_of(const py::object& source) {
    Model model;
    model.horizons_ms = source.attr("horizons_ms").cast<std::vector<double>>();
    model.notionals = source.attr("notionals").cast<std::vector<double>>();
    for (const py::handle& cell : source.attr("cells")) {
        model.cells.push_back(cell_of(cell));
    }
    model.fill = fill_of(source.attr("fill"));
    if (model.empty() || !model.is_sound()) {
        throw py::value_error(
            "model is no grid of cells; it must hold every horizon with every notional once, rising");
    }
    return model;
}

NamedForecast forecast(Warden& warden, const std::string& instrument_id, const py::handle& side,
                       double quantity, std::int64_t horizon_ns, std::int64_t now_ns) {
    if (horizon_ns < 1) {
        throw py::value_error("horizon_ns is " + std::to_string(horizon_ns) + "; it must be at least 1 ns");
    }
    return {instrument_id,
            warden.forecast(instrument_id, side_of(side), quantity_from_double(quantity),
                            static_cast<std::uint64_t>(horizon_ns), time_of(now_ns, "now_ns"))};
}

std::string represent(const NamedForecast& named) {
    const Forecast& told = named.forecast;
    return py::str(
               "Forecast(instrument_id={!r}, side={}, quantity={}, horizon_ns={}, sufficient_depth={}, "
               "expected_slippage_mid_bps={}, q90_slippage_mid_bps={}, q95_slippage_mid_bps={}, "
               "walk_slippage_mid_bps={}, uses_model={}, passive_fill_probability={})")
        .format(named.instrument_id, told.side == Side::kBuy ? "BUY" : "SELL", told.quantity, told.horizon_ns,
                told.walk.sufficient, told.expected_mid_bps, told.q90_mid_bps, told.q95_mid_bps,
                told.walk.slippage_mid_bps, told.uses_model, told.passive_fill_probability)
        .cast<std::string>();
}

template <auto kMember>
auto told(const NamedForecast& named) {
    return named.forecast.*kMember;
}

template <auto kMember>
auto walked(const NamedForecast& named) {
    return named.forecast.walk.*kMember;
}

// A callable that returns the model new wardens start with or None, or null.
PyObject* g_default_model = nullptr;

}  // namespace

Warden new_warden(bool use_default_model) {
    Warden warden;
    if (use_default_model && g_default_model != nullptr) {
        const py::object model = py::reinterpret_borrow<py::object>(g_default_model)();
        if (!model.is_none()) {
            warden.load_model(model_of(model));
        }
    }
    return warden;
}

void bind_forecast(py::module_& module) {
    py::class_<NamedForecast>(module, "Forecast", "Expected cost of filling a quantity at once.")
        .def_readonly("instrument_id", &NamedForecast::instrument_id)
        .def_property_readonly("side", &told<&Forecast::side>)
        .def_property_readonly("quantity", &told<&Forecast::quantity>)
        .def_property_readonly("horizon_ns", &told<&Forecast::horizon_ns>)
        .def_property_readonly("expected_slippage_mid_bps", &told<&Forecast::expected_mid_bps>)
        .def_property_readonly("expected_slippage_touch_bps", &told<&Forecast::expected_touch_bps>)
        .def_property_readonly("q90_slippage_mid_bps", &told<&Forecast::q90_mid_bps>)
        .def_property_readonly("q95_slippage_mid_bps", &told<&Forecast::q95_mid_bps>)
        .def_property_readonly("walk_slippage_mid_bps", &walked<&Walk::slippage_mid_bps>)
        .def_property_readonly("average_price", &told<&Forecast::average_price>)
        .def_property_readonly("worst_price", &walked<&Walk::worst_price>)
        .def_property_readonly("levels_used", &walked<&Walk::levels_used>)
        .def_property_readonly("sufficient_depth", &walked<&Walk::sufficient>)
        .def_property_readonly("is_insufficient",
                               [](const NamedForecast& it) { return !it.forecast.walk.sufficient; })
        .def_property_readonly("visible_quantity", &walked<&Walk::filled_quantity>)
        .def_property_readonly("impact_exponent", &told<&Forecast::impact_exponent>)
        .def_property_readonly("mid", &walked<&Walk::mid>)
        .def_property_readonly("best_bid", &walked<&Walk::best_bid>)
        .def_property_readonly("best_ask", &walked<&Walk::best_ask>)
        .def_property_readonly("spread_bps",
                               [](const NamedForecast& it) {
                                   const Walk& walk = it.forecast.walk;
                                   return (walk.best_ask - walk.best_bid) / walk.mid * kBps;
                               })
        .def_property_readonly(
            "is_crossed",
            [](const NamedForecast& it) { return it.forecast.walk.best_bid > it.forecast.walk.best_ask; })
        .def_property_readonly("book_ts_ns", &told<&Forecast::book_ts_ns>)
        .def_property_readonly("uses_model", &told<&Forecast::uses_model>)
        .def_property_readonly("passive_fill_probability", &told<&Forecast::passive_fill_probability>)
        .def_property_readonly("features",
                               [](const NamedForecast& it) {
                                   const Features& values = it.forecast.features;
                                   return py::array_t<double>(static_cast<py::ssize_t>(values.size()),
                                                              values.data());
                               })
        .def("__repr__", &represent);
    module.def(
        "set_default_model",
        [](const py::object& source) {
            Py_XDECREF(g_default_model);
            g_default_model = source.is_none() ? nullptr : source.inc_ref().ptr();
        },
        py::arg("source"));
}

void def_forecasts(py::class_<Warden>& cls) {
    cls.def("forecast", &forecast, py::arg("instrument_id"), py::arg("side"), py::arg("quantity"),
            py::arg("horizon_ns") = 100'000'000, py::arg("now_ns") = 0);
    cls.def(
        "load_model", [](Warden& warden, const py::object& model) { warden.load_model(model_of(model)); },
        py::arg("model"));
    cls.def_property_readonly("has_model", &Warden::has_model);
    cls.def_property("learns", &Warden::learns, &Warden::set_learns);
}

}  // namespace bybit_nt::python
