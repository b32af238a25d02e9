// Python values into the core's and back: arrays, 128-bit integers, delta capsules.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "bybit_nt/feed.hpp"

namespace bybit_nt::python {

namespace py = pybind11;

struct Int64View {
    const std::int64_t* data;
    std::size_t size;
};

// No conversion is made: a float array, a list or a strided view is a mistake of the caller, said at once.
inline Int64View int64_view(const py::handle& value, const char* name) {
    const std::string allowed = "; it must be a 1-D C-contiguous int64 array";
    if (!py::isinstance<py::array>(value)) {
        throw py::type_error(std::string(name) + " is of type " +
                             py::str(py::type::of(value).attr("__name__")).cast<std::string>() + allowed);
    }
    const auto array = py::reinterpret_borrow<py::array>(value);
    if (!py::array_t<std::int64_t>::check_(value)) {
        throw py::value_error(std::string(name) + " has dtype " + py::str(array.dtype()).cast<std::string>() +
                              allowed);
    }
    if (array.ndim() != 1) {
        throw py::value_error(std::string(name) + " has " + std::to_string(array.ndim()) + " dimensions" +
                              allowed);
    }
    constexpr int wanted = py::array::c_style | py::detail::npy_api::NPY_ARRAY_ALIGNED_;
    if ((array.flags() & wanted) != wanted) {
        throw py::value_error(std::string(name) + " is strided or unaligned" + allowed);
    }
    return {static_cast<const std::int64_t*>(array.data()), static_cast<std::size_t>(array.size())};
}

inline SideArrays side_arrays(const py::handle& prices, const py::handle& sizes, const char* prices_name,
                              const char* sizes_name) {
    const Int64View price_view = int64_view(prices, prices_name);
    const Int64View size_view = int64_view(sizes, sizes_name);
    return {price_view.data, price_view.size, size_view.data, size_view.size, prices_name, sizes_name};
}

struct FloatView {
    const double* data;
    std::size_t size;
};

inline std::string shown(double value) { return py::repr(py::float_(value)).cast<std::string>(); }

// A 1-D array of finite numbers.
inline FloatView finite_view(const py::array_t<double>& array, const char* name) {
    if (array.ndim() != 1) {
        throw py::value_error(std::string(name) + " has " + std::to_string(array.ndim()) +
                              " dimensions; it must have 1");
    }
    const auto size = static_cast<std::size_t>(array.size());
    for (std::size_t i = 0; i < size; ++i) {
        if (!std::isfinite(array.data()[i])) {
            throw py::value_error(std::string(name) + "[" + std::to_string(i) + "] is " +
                                  shown(array.data()[i]) + "; it must be finite");
        }
    }
    return {array.data(), size};
}

inline std::uint64_t time_of(std::int64_t ns, const char* name) {
    if (ns < 0) {
        throw py::value_error(std::string(name) + " is " + std::to_string(ns) + "; it must be at least 0 ns");
    }
    return static_cast<std::uint64_t>(ns);
}

inline py::int_ to_python(unsigned __int128 value) {
    const py::int_ high(static_cast<std::uint64_t>(value >> 64));
    const py::int_ low(static_cast<std::uint64_t>(value));
    return py::int_((high << py::int_(64)) | low);
}

inline py::int_ to_python(__int128 value) {
    if (value >= 0) {
        return to_python(static_cast<unsigned __int128>(value));
    }
    return py::int_(-to_python(-static_cast<unsigned __int128>(value)));
}

// The capsule keeps owning its memory and frees it when Python drops it; this only looks, during the call.
inline const void* inside_of(const py::handle& capsule, const char* allowed) {
    if (PyCapsule_IsValid(capsule.ptr(), nullptr) == 0) {
        throw py::type_error("capsule is of type " +
                             py::str(py::type::of(capsule).attr("__name__")).cast<std::string>() +
                             "; it must be one made by " + allowed);
    }
    return PyCapsule_GetPointer(capsule.ptr(), nullptr);
}

inline const layout::Vec& vec_of(const py::handle& capsule) {
    return *static_cast<const layout::Vec*>(inside_of(capsule, "OrderBookDelta.capsule_from_list"));
}

inline const layout::Vec& trades_of(const py::handle& capsule) {
    return *static_cast<const layout::Vec*>(inside_of(capsule, "TradeTick.capsule_from_list"));
}

}  // namespace bybit_nt::python
