// Geometry and topology of plain arrays: the kernels that the warden runs over its books.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <vector>

#include "bindings.hpp"
#include "bybit_nt/curvature.hpp"
#include "bybit_nt/fisher_rao.hpp"
#include "bybit_nt/persistence.hpp"
#include "convert.hpp"

namespace bybit_nt::python {

namespace {

using Floats = py::array_t<double, py::array::c_style | py::array::forcecast>;

enum class Level { kSuper, kSub };

template <Level kLevel>
py::array_t<double> persistence(const Floats& values) {
    const FloatView view = finite_view(values, "values");
    Persistence machine;
    const std::vector<Bar>& bars = kLevel == Level::kSuper ? machine.superlevel(view.data, view.size)
                                                           : machine.sublevel(view.data, view.size);
    py::array_t<double> out({static_cast<py::ssize_t>(bars.size()), py::ssize_t{3}});
    auto rows = out.mutable_unchecked<2>();
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const auto row = static_cast<py::ssize_t>(i);
        rows(row, 0) = bars[i].birth;
        rows(row, 1) = bars[i].death;
        rows(row, 2) = static_cast<double>(bars[i].peak);
    }
    return out;
}

void check_step(double step, const char* name) {
    if (!(step > 0) || !std::isfinite(step)) {
        throw py::value_error(std::string(name) + " is " + shown(step) +
                              "; it must be a finite number above 0");
    }
}

py::tuple surface(const Floats& grid, double dx, double dt) {
    check_step(dx, "dx");
    check_step(dt, "dt");
    if (grid.ndim() != 2) {
        throw py::value_error("grid has " + std::to_string(grid.ndim()) +
                              " dimensions; it must have 2: time, oldest first, and x");
    }
    const auto rows = static_cast<std::size_t>(grid.shape(0));
    const auto columns = static_cast<std::size_t>(grid.shape(1));
    if (rows < kCurvatureRows || columns < kCurvatureColumns) {
        throw py::value_error("grid has shape (" + std::to_string(rows) + ", " + std::to_string(columns) +
                              "); it must have at least " + std::to_string(kCurvatureRows) + " rows and " +
                              std::to_string(kCurvatureColumns) + " columns");
    }
    const std::vector<py::ssize_t> shape{grid.shape(0) - 3, grid.shape(1) - 2};
    py::array_t<double> gaussian(shape);
    py::array_t<double> mean(shape);
    surface_curvature(grid.data(), rows, columns, dx, dt, gaussian.mutable_data(), mean.mutable_data());
    return py::make_tuple(gaussian, mean);
}

std::vector<double> roots_of(const FloatView& view, const char* name) {
    std::vector<double> roots(view.size);
    for (std::size_t i = 0; i < view.size; ++i) {
        if (view.data[i] < 0) {
            throw py::value_error(std::string(name) + "[" + std::to_string(i) + "] is " +
                                  shown(view.data[i]) + "; it must be at least 0");
        }
    }
    if (!roots_of_shares(view.data, view.size, roots.data())) {
        throw py::value_error(std::string(name) +
                              " adds up to nothing that can be shared; it must hold a number above 0");
    }
    return roots;
}

double distance(const Floats& first, const Floats& second) {
    const FloatView left = finite_view(first, "first");
    const FloatView right = finite_view(second, "second");
    if (left.size != right.size) {
        throw py::value_error("second has " + std::to_string(right.size) +
                              " entries; it must have as many as first, which has " +
                              std::to_string(left.size));
    }
    const std::vector<double> left_roots = roots_of(left, "first");
    const std::vector<double> right_roots = roots_of(right, "second");
    return fisher_rao_of_roots(left_roots.data(), right_roots.data(), left.size);
}

}  // namespace

void bind_geometry(py::module_& module) {
    module.def("superlevel_persistence", &persistence<Level::kSuper>, py::arg("values"));
    module.def("sublevel_persistence", &persistence<Level::kSub>, py::arg("values"));
    module.def("surface_curvature", &surface, py::arg("grid"), py::arg("dx"), py::arg("dt"));
    module.def("fisher_rao_distance", &distance, py::arg("first"), py::arg("second"));
}

}  // namespace bybit_nt::python
