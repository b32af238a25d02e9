// Every concept's registration, in the order the module runs them.
#pragma once

#include <pybind11/pybind11.h>

#include "bybit_nt/nautilus_layout.hpp"
#include "bybit_nt/walk.hpp"
#include "bybit_nt/warden.hpp"

namespace bybit_nt::python {

void bind_feeds(pybind11::module_& module);
void bind_forecast(pybind11::module_& module);
void bind_geometry(pybind11::module_& module);
void bind_history(pybind11::module_& module);
void bind_layout(pybind11::module_& module);
void bind_walk(pybind11::module_& module);
void bind_warden(pybind11::module_& module);

// Enum members are compared by identity: a tenth of the time of the general conversion, and one sentence on a
// mistake.
// What the warden forecasts, beside what it feeds on.
void def_forecasts(pybind11::class_<Warden>& cls);
Warden new_warden(bool use_default_model);

Side side_of(const pybind11::handle& value);
layout::DeltaLayout layout_of(const pybind11::handle& value);

}  // namespace bybit_nt::python
