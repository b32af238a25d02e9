// The least a test needs: say what failed and where, and go on to the next check.
#pragma once

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace bybit_nt::test {

inline int failures = 0;

inline void report(bool passed, const char* expression, const char* file, int line) {
    if (!passed) {
        ++failures;
        std::fprintf(stderr, "%s:%d: failed: %s\n", file, line, expression);
    }
}

inline bool near(double left, double right, double relative = 1e-12) {
    return std::abs(left - right) <= relative * std::max(std::abs(left), std::abs(right));
}

// The message of the error, or nothing if none was thrown.
template <typename Error, typename Action>
std::string message_of(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

inline bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

inline int result() {
    if (failures != 0) {
        std::fprintf(stderr, "%d checks failed\n", failures);
    }
    return failures == 0 ? 0 : 1;
}

}  // namespace bybit_nt::test

#define CHECK(expression) ::bybit_nt::test::report((expression), #expression, __FILE__, __LINE__)
