// How C++ makes the framework's objects, and an instrument's identity and numbers, as Python hands them over.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "bindings.hpp"
#include "convert.hpp"
#include "feeds.hpp"

namespace bybit_nt::python {

using Maker128 = ObjectMaker<layout::Data128>;
using Maker64 = ObjectMaker<layout::Data64>;

// The framework's way of making objects, and an instrument's identity and numbers.
struct FrameworkTypes {
    std::variant<std::shared_ptr<Maker128>, std::shared_ptr<Maker64>> maker;
};

inline FrameworkTypes framework_types(const py::handle& layout, const py::object& data_of,
                                      const py::object& deltas_of, std::uintptr_t deltas_new,
                                      std::uintptr_t deltas_drop) {
    if ((deltas_new == 0) != (deltas_drop == 0)) {
        throw py::value_error("deltas_new and deltas_drop must both be addresses, or both be 0");
    }
    const auto make = reinterpret_cast<layout::DeltasNew>(deltas_new);
    const auto drop = reinterpret_cast<layout::DeltasDrop>(deltas_drop);
    if (layout_of(layout) == layout::DeltaLayout::kRaw128) {
        return {std::make_shared<Maker128>(data_of, deltas_of, make, drop)};
    }
    return {std::make_shared<Maker64>(data_of, deltas_of, make, drop)};
}

// The instrument as the framework has it in a capsule of deltas: interned text, which is never freed.
inline layout::InstrumentId instrument_id_of(const py::handle& capsule, layout::DeltaLayout kind) {
    const layout::Vec& vec = vec_of(capsule);
    check_length(vec);
    if (vec.length == 0) {
        throw py::value_error("capsule holds no deltas; it must hold one of the feed's instrument");
    }
    return layout::decode(vec, 0, kind).instrument_id;
}

inline NumberForm form_of(const FixedScale& scale, int price_precision, int size_precision) {
    const auto check = [&](int precision, const char* name) {
        if (precision < 0 || precision > scale.raw_digits) {
            throw py::value_error(std::string(name) + " is " + std::to_string(precision) +
                                  "; it must be between 0 and " + std::to_string(scale.raw_digits));
        }
    };
    check(price_precision, "price_precision");
    check(size_precision, "size_precision");
    return {scale, price_precision, size_precision};
}

}  // namespace bybit_nt::python
