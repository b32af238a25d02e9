#include <cstddef>
#include <cstdint>

#include "book_walk.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bybit_nt::fuzz::run(data, size);
    return 0;
}
