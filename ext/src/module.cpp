// The module registers; each concept binds itself in a bind_*.cpp of its own.
#include <pybind11/pybind11.h>

PYBIND11_MODULE(_ext, module) { module.doc() = "Order-book kernels of nautilus_bybit_adapter."; }
