// The outcome of a walk, and the side an order aggresses from.
#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>

#include "bindings.hpp"
#include "bybit_nt/walk.hpp"

namespace bybit_nt::python {

namespace py = pybind11;

namespace {

std::string represent(const Walk& walk) {
    return py::
        str("Walk(sufficient={}, filled_quantity={}, average_price={}, worst_price={}, slippage_mid_bps={}, "
            "slippage_touch_bps={}, levels_used={}, mid={}, best_bid={}, best_ask={})")
            .format(walk.sufficient, walk.filled_quantity, walk.average_price, walk.worst_price,
                    walk.slippage_mid_bps, walk.slippage_touch_bps, walk.levels_used, walk.mid, walk.best_bid,
                    walk.best_ask)
            .cast<std::string>();
}

PyObject* g_buy = nullptr;
PyObject* g_sell = nullptr;

}  // namespace

Side side_of(const py::handle& value) {
    if (value.ptr() == g_buy) {
        return Side::kBuy;
    }
    if (value.ptr() == g_sell) {
        return Side::kSell;
    }
    throw py::type_error("side is " + py::repr(value).cast<std::string>() +
                         "; it must be Side.BUY or Side.SELL");
}

void bind_walk(py::module_& module) {
    py::native_enum<Side>(module, "Side", "enum.Enum", "Side of the aggressive order.")
        .value("BUY", Side::kBuy)
        .value("SELL", Side::kSell)
        .finalize();
    // The enum's members live as long as the module, which is never unloaded.
    g_buy = py::object(module.attr("Side").attr("BUY")).release().ptr();
    g_sell = py::object(module.attr("Side").attr("SELL")).release().ptr();
    py::class_<Walk>(module, "Walk", "What an aggressive order would pay against the book as it stands.")
        .def_readonly("sufficient", &Walk::sufficient)
        .def_readonly("filled_quantity", &Walk::filled_quantity)
        .def_readonly("average_price", &Walk::average_price)
        .def_readonly("worst_price", &Walk::worst_price)
        .def_readonly("slippage_mid_bps", &Walk::slippage_mid_bps)
        .def_readonly("slippage_touch_bps", &Walk::slippage_touch_bps)
        .def_readonly("levels_used", &Walk::levels_used)
        .def_readonly("mid", &Walk::mid)
        .def_readonly("best_bid", &Walk::best_bid)
        .def_readonly("best_ask", &Walk::best_ask)
        .def("__repr__", &represent);
}

}  // namespace bybit_nt::python
