#include <cstddef>
#include <cstdint>

#include "market_checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bybit_nt::fuzz::run_market(data, size);
    return 0;
}
