#include <cstddef>
#include <cstdint>

#include "ticker_checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bybit_nt::fuzz::check_klines({reinterpret_cast<const char*>(data), size});
    return 0;
}
