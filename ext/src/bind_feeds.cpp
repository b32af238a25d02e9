// The feeds of hot topics, and the one function that every frame goes through.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <type_traits>
#include <variant>

#include "bindings.hpp"
#include "convert.hpp"
#include "feeds.hpp"
#include "framework_types.hpp"
#include "ticker_feeds.hpp"

namespace bybit_nt::python {

namespace {

template <typename Base, template <typename> class Native, typename Calls, typename... Last>
std::shared_ptr<Base> make_feed(const FrameworkTypes& types, const py::handle& instrument,
                                const std::string& topic, int price_precision, int size_precision,
                                const Calls& calls, const Last&... last) {
    return std::visit(
        [&](const auto& maker) -> std::shared_ptr<Base> {
            constexpr bool wide = std::is_same_v<std::decay_t<decltype(maker)>, std::shared_ptr<Maker128>>;
            using Data = std::conditional_t<wide, layout::Data128, layout::Data64>;
            const auto kind = wide ? layout::DeltaLayout::kRaw128 : layout::DeltaLayout::kRaw64;
            const NumberForm form = form_of(wide ? kScale128 : kScale64, price_precision, size_precision);
            Target<Data> target{maker, instrument_id_of(instrument, kind)};
            return std::make_shared<Native<Data>>(topic, calls, form, std::move(target), last...);
        },
        types.maker);
}

std::shared_ptr<BookFeed> make_book_feed(const FrameworkTypes& types, const py::handle& instrument,
                                         const std::string& topic, int price_precision, int size_precision,
                                         int depth, const py::object& publish, const py::object& on_live,
                                         const py::object& on_applied) {
    return make_feed<BookFeed, NativeBookFeed>(types, instrument, topic, price_precision, size_precision,
                                               BookCalls{publish, on_live, on_applied}, depth);
}

std::shared_ptr<TradeFeed> make_trade_feed(const FrameworkTypes& types, const py::handle& instrument,
                                           const std::string& topic, int price_precision, int size_precision,
                                           const std::string& symbol, const py::object& publish) {
    return make_feed<TradeFeed, NativeTradeFeed>(types, instrument, topic, price_precision, size_precision,
                                                 publish, symbol);
}

std::shared_ptr<TickerFeed> make_ticker_feed(const FrameworkTypes& types, const py::handle& instrument,
                                             const std::string& topic, int price_precision,
                                             int size_precision, const std::string& symbol,
                                             const std::vector<std::string>& names,
                                             const py::object& publish) {
    return make_feed<TickerFeed, NativeTickerFeed>(types, instrument, topic, price_precision, size_precision,
                                                   publish, symbol, names);
}

constexpr const char* kDispatcherCapsule = "bybit_nt.FrameDispatcher";

// A plain C function of Python: a frame a microsecond leaves no room for the general conversion of arguments.
PyObject* on_frame(PyObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count != 2 || PyBytes_Check(args[0]) == 0) {
        PyErr_SetString(PyExc_TypeError, "on_frame takes a frame as bytes, and its ts_init");
        return nullptr;
    }
    const unsigned long long ts_init = PyLong_AsUnsignedLongLong(args[1]);
    if (ts_init == static_cast<unsigned long long>(-1) && PyErr_Occurred() != nullptr) {
        return nullptr;
    }
    const auto* held =
        static_cast<const std::shared_ptr<FrameDispatcher>*>(PyCapsule_GetPointer(self, kDispatcherCapsule));
    try {
        const std::string_view json(PyBytes_AS_STRING(args[0]),
                                    static_cast<std::size_t>(PyBytes_GET_SIZE(args[0])));
        return (*held)->on_frame(json, ts_init).release().ptr();
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return nullptr;
}

PyMethodDef g_on_frame{"on_frame", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&on_frame)),
                       METH_FASTCALL, "Take a frame; see _ext.pyi."};

py::object on_frame_of(const std::shared_ptr<FrameDispatcher>& dispatcher) {
    const py::capsule self(new std::shared_ptr<FrameDispatcher>(dispatcher), kDispatcherCapsule,
                           [](PyObject* capsule) {
                               delete static_cast<std::shared_ptr<FrameDispatcher>*>(
                                   PyCapsule_GetPointer(capsule, kDispatcherCapsule));
                           });
    return py::reinterpret_steal<py::object>(PyCFunction_New(&g_on_frame, self.ptr()));
}

// What a feed calls leads back to whoever holds the feed, so the collector has to see it.
template <typename T>
py::custom_type_setup seen_by_collector() {
    return py::custom_type_setup([](PyHeapTypeObject* heap_type) {
        PyTypeObject& type = heap_type->ht_type;
        type.tp_flags |= Py_TPFLAGS_HAVE_GC;
        type.tp_traverse = [](PyObject* self, visitproc visit, void* arg) {
            Py_VISIT(Py_TYPE(self));
            int stopped = 0;
            if (py::detail::is_holder_constructed(self)) {
                py::cast<T&>(py::handle(self)).visit_calls([&](const py::object& call) {
                    stopped = stopped != 0 ? stopped : visit(call.ptr(), arg);
                });
            }
            return stopped;
        };
        type.tp_clear = [](PyObject* self) {
            if (py::detail::is_holder_constructed(self)) {
                py::cast<T&>(py::handle(self)).visit_calls([](py::object& call) { call = py::none(); });
            }
            return 0;
        };
    });
}

}  // namespace

void bind_feeds(py::module_& module) {
    py::class_<FrameworkTypes>(module, "FrameworkTypes")
        .def(py::init(&framework_types), py::kw_only(), py::arg("layout"), py::arg("data_of"),
             py::arg("deltas_of"), py::arg("deltas_new"), py::arg("deltas_drop"));
    py::class_<Feed, std::shared_ptr<Feed>>(module, "Feed")
        .def_property_readonly("topic", &Feed::name)
        .def(
            "set_precisions",
            [](Feed& feed, int price_precision, int size_precision) {
                feed.set_form(form_of(feed.form().scale, price_precision, size_precision));
            },
            py::arg("price_precision"), py::arg("size_precision"));
    py::class_<BookFeed, Feed, std::shared_ptr<BookFeed>>(module, "BookFeed", seen_by_collector<BookFeed>())
        .def(py::init(&make_book_feed), py::kw_only(), py::arg("types"), py::arg("instrument"),
             py::arg("topic"), py::arg("price_precision"), py::arg("size_precision"), py::arg("depth"),
             py::arg("publish"), py::arg("on_live"), py::arg("on_applied"))
        .def_readwrite("deltas_wanted", &BookFeed::deltas_wanted)
        .def_readwrite("depths_wanted", &BookFeed::depths_wanted)
        .def_readwrite("quotes_wanted", &BookFeed::quotes_wanted)
        .def_readwrite("is_live", &BookFeed::is_live)
        .def_readwrite("has_book", &BookFeed::has_book)
        .def_readwrite("last_update_id", &BookFeed::last_update_id)
        .def("bids", &BookFeed::bids, py::arg("most"))
        .def("asks", &BookFeed::asks, py::arg("most"))
        .def("load", &BookFeed::load, py::arg("bids"), py::arg("asks"));
    py::class_<TradeFeed, Feed, std::shared_ptr<TradeFeed>>(module, "TradeFeed",
                                                            seen_by_collector<TradeFeed>())
        .def(py::init(&make_trade_feed), py::kw_only(), py::arg("types"), py::arg("instrument"),
             py::arg("topic"), py::arg("price_precision"), py::arg("size_precision"), py::arg("symbol"),
             py::arg("publish"));
    py::class_<TickerFeed, Feed, std::shared_ptr<TickerFeed>>(module, "TickerFeed",
                                                              seen_by_collector<TickerFeed>())
        .def(py::init(&make_ticker_feed), py::kw_only(), py::arg("types"), py::arg("instrument"),
             py::arg("topic"), py::arg("price_precision"), py::arg("size_precision"), py::arg("symbol"),
             py::arg("names"), py::arg("publish"))
        .def_readwrite("is_on", &TickerFeed::is_on)
        .def_readwrite("reference_precision", &TickerFeed::reference_precision)
        .def_readwrite("ts_event", &TickerFeed::ts_event)
        .def("watch", &TickerFeed::watch, py::arg("outputs"), py::arg("left"))
        .def_property("fields", &TickerFeed::fields, &TickerFeed::load);
    py::class_<KlineFeed, Feed, std::shared_ptr<KlineFeed>>(module, "KlineFeed",
                                                            seen_by_collector<KlineFeed>())
        .def(py::init<std::string>(), py::kw_only(), py::arg("topic"));
    py::class_<FrameDispatcher, std::shared_ptr<FrameDispatcher>>(module, "FrameDispatcher")
        .def(py::init<>())
        .def("add", &FrameDispatcher::add, py::arg("feed"))
        .def("remove", &FrameDispatcher::remove, py::arg("topic"))
        .def_property_readonly("on_frame", &on_frame_of);
}

}  // namespace bybit_nt::python
