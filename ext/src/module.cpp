// The module registers; each concept binds itself in a bind_*.cpp of its own.
#include <pybind11/pybind11.h>

#include "bindings.hpp"

PYBIND11_MODULE(_ext, module) {
    module.doc() = "Order-book kernels of nautilus_bybit_adapter.";
    bybit_nt::python::bind_layout(module);
    bybit_nt::python::bind_feeds(module);
    bybit_nt::python::bind_history(module);
    bybit_nt::python::bind_walk(module);
    bybit_nt::python::bind_forecast(module);
    bybit_nt::python::bind_geometry(module);
    bybit_nt::python::bind_warden(module);
}
