// The fuzz target's property over pseudo-random bytes: what runs where there is no fuzzer.
#include <random>
#include <vector>

#include "../fuzz/book_walk.hpp"

int main() {
    std::mt19937_64 random(20240808);
    for (int round = 0; round < 3'000; ++round) {
        std::vector<std::uint8_t> bytes(random() % 600);
        for (auto& byte : bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
        bybit_nt::fuzz::run(bytes.data(), bytes.size());
    }
    return 0;
}
