// The framework's delta structs, readable field by field so that Python can prove the layout against known
// objects.
#include <pybind11/native_enum.h>
#include <pybind11/pybind11.h>

#include <algorithm>

#include "bindings.hpp"
#include "bybit_nt/trade_feed.hpp"
#include "convert.hpp"

namespace bybit_nt::python {

namespace {

py::tuple as_tuple(const layout::DecodedDelta& delta) {
    return py::make_tuple(reinterpret_cast<std::uintptr_t>(delta.instrument_id.symbol),
                          reinterpret_cast<std::uintptr_t>(delta.instrument_id.venue), delta.action,
                          delta.side, to_python(delta.price_raw), delta.price_precision,
                          to_python(delta.size_raw), delta.size_precision, delta.order_id, delta.flags,
                          delta.sequence, delta.ts_event, delta.ts_init);
}

py::list decode_deltas(const py::handle& capsule, const py::handle& layout, std::size_t limit) {
    const layout::DeltaLayout kind = layout_of(layout);
    const layout::Vec& vec = vec_of(capsule);
    check_length(vec);
    py::list decoded;
    for (std::size_t i = 0; i < vec.length && i < limit; ++i) {
        decoded.append(as_tuple(layout::decode(vec, i, kind)));
    }
    return decoded;
}

py::list decode_trades(const py::handle& capsule, const py::handle& layout, std::size_t limit) {
    const layout::DeltaLayout kind = layout_of(layout);
    const layout::Vec& vec = trades_of(capsule);
    check_length(vec, "trades");
    py::list decoded;
    for (std::size_t i = 0; i < vec.length && i < limit; ++i) {
        const layout::DecodedTrade trade = layout::decode_trade(vec, i, kind);
        decoded.append(py::make_tuple(reinterpret_cast<std::uintptr_t>(trade.instrument_id.symbol),
                                      reinterpret_cast<std::uintptr_t>(trade.instrument_id.venue),
                                      to_python(trade.price_raw), trade.price_precision,
                                      to_python(trade.size_raw), trade.size_precision, trade.aggressor_side,
                                      trade.ts_event, trade.ts_init));
    }
    return decoded;
}

std::string first_instrument_id(const py::handle& capsule, const py::handle& layout) {
    const layout::DeltaLayout kind = layout_of(layout);
    const layout::Vec& vec = vec_of(capsule);
    check_length(vec);
    if (vec.length == 0) {
        throw py::value_error("capsule holds no deltas; it must hold at least one");
    }
    const layout::DecodedDelta delta = layout::decode(vec, 0, kind);
    return std::string(delta.instrument_id.symbol) + "." + delta.instrument_id.venue;
}

py::str text_of(const layout::TradeId& id) {
    return {reinterpret_cast<const char*>(id.value), std::min<std::size_t>(id.length, layout::kMaxTradeId)};
}

std::string text_of(const layout::InstrumentId& id) { return std::string(id.symbol) + "." + id.venue; }

template <typename Data>
py::tuple data_fields(const Data& data) {
    const auto raw = [](const auto& number) {
        return py::make_tuple(to_python(static_cast<__int128>(number.raw)), number.precision);
    };
    switch (data.tag) {
        case layout::DataTag::kQuote:
            return py::make_tuple("quote", text_of(data.quote.instrument_id), raw(data.quote.bid_price),
                                  raw(data.quote.ask_price), raw(data.quote.bid_size),
                                  raw(data.quote.ask_size), data.quote.ts_event, data.quote.ts_init);
        case layout::DataTag::kTrade:
            return py::make_tuple("trade", text_of(data.trade.instrument_id), raw(data.trade.price),
                                  raw(data.trade.size), data.trade.aggressor_side,
                                  text_of(data.trade.trade_id), data.trade.ts_event, data.trade.ts_init);
        case layout::DataTag::kDeltas:
            return py::make_tuple("deltas");
        default:
            return py::make_tuple("unknown");
    }
}

py::tuple decode_data(const py::handle& capsule, const py::handle& layout) {
    const layout::DeltaLayout kind = layout_of(layout);
    const void* const data = inside_of(capsule, "as_pycapsule of the framework's Rust side");
    return kind == layout::DeltaLayout::kRaw128 ? data_fields(*static_cast<const layout::Data128*>(data))
                                                : data_fields(*static_cast<const layout::Data64*>(data));
}

PyObject* g_raw64 = nullptr;
PyObject* g_raw128 = nullptr;

}  // namespace

layout::DeltaLayout layout_of(const py::handle& value) {
    if (value.ptr() == g_raw128) {
        return layout::DeltaLayout::kRaw128;
    }
    if (value.ptr() == g_raw64) {
        return layout::DeltaLayout::kRaw64;
    }
    throw py::type_error("layout is " + py::repr(value).cast<std::string>() +
                         "; it must be DeltaLayout.RAW64 or DeltaLayout.RAW128");
}

void bind_layout(py::module_& module) {
    py::native_enum<layout::DeltaLayout>(module, "DeltaLayout", "enum.Enum",
                                         "Width of the framework's raw prices and sizes.")
        .value("RAW64", layout::DeltaLayout::kRaw64)
        .value("RAW128", layout::DeltaLayout::kRaw128)
        .finalize();
    // The enum's members live as long as the module, which is never unloaded.
    g_raw64 = py::object(module.attr("DeltaLayout").attr("RAW64")).release().ptr();
    g_raw128 = py::object(module.attr("DeltaLayout").attr("RAW128")).release().ptr();
    module.def("decode_deltas", &decode_deltas, py::arg("capsule"), py::arg("layout"), py::arg("limit"));
    module.def("decode_trades", &decode_trades, py::arg("capsule"), py::arg("layout"), py::arg("limit"));
    module.def("decode_data", &decode_data, py::arg("capsule"), py::arg("layout"));
    module.def("first_instrument_id", &first_instrument_id, py::arg("capsule"), py::arg("layout"));
}

}  // namespace bybit_nt::python
