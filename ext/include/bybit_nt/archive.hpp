// State as bytes and back. One `visit` per type says what belongs to it, for both ways; numbers lie as they
// lie in memory, and a head says which kind of memory that was.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace bybit_nt {

struct StateError : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

namespace detail {

template <typename Value>
constexpr bool kIsNumber = std::is_arithmetic_v<Value> || std::is_same_v<Value, __int128>;

}  // namespace detail

class StateWriter {
  public:
    static constexpr bool kReads = false;

    template <typename... Values>
    void operator()(const Values&... values) {
        (put(values), ...);
    }

    const std::string& bytes() const noexcept { return bytes_; }

  private:
    template <typename Value>
    void put(const Value& value) {
        if constexpr (detail::kIsNumber<Value>) {
            bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
        } else {
            const_cast<Value&>(value).visit(*this);
        }
    }
    void put(const std::string& text) {
        put(static_cast<std::uint64_t>(text.size()));
        bytes_ += text;
    }
    template <typename Value, std::size_t kCount>
    void put(const std::array<Value, kCount>& values) {
        for (const Value& value : values) {
            put(value);
        }
    }
    template <typename Value>
    void put(const std::vector<Value>& values) {
        put(static_cast<std::uint64_t>(values.size()));
        for (const Value& value : values) {
            put(value);
        }
    }

    std::string bytes_;
};

// Throws StateError where the bytes end too early or say what cannot be.
class StateReader {
  public:
    static constexpr bool kReads = true;

    explicit StateReader(std::string_view bytes) : rest_(bytes) {}

    template <typename... Values>
    void operator()(Values&... values) {
        (get(values), ...);
    }

    bool at_end() const noexcept { return rest_.empty(); }

    static void require(bool holds, const char* what) {
        if (!holds) {
            throw StateError(std::string("state holds ") + what + "; it must be what snapshot() returned");
        }
    }

  private:
    template <typename Value>
    void get(Value& value) {
        if constexpr (std::is_same_v<Value, bool>) {
            std::uint8_t byte = 0;
            take(&byte, 1);
            require(byte <= 1, "a flag that is neither set nor unset");
            value = byte == 1;
        } else if constexpr (detail::kIsNumber<Value>) {
            take(&value, sizeof(value));
        } else {
            value.visit(*this);
        }
    }
    void get(std::string& text) {
        const std::size_t size = count_of(1);
        text.assign(rest_.substr(0, size));
        rest_.remove_prefix(size);
    }
    template <typename Value, std::size_t kCount>
    void get(std::array<Value, kCount>& values) {
        for (Value& value : values) {
            get(value);
        }
    }
    template <typename Value>
    void get(std::vector<Value>& values) {
        values.clear();
        values.resize(count_of(1));
        for (Value& value : values) {
            get(value);
        }
    }

    // A count of things that take at least so many bytes each.
    std::size_t count_of(std::size_t least) {
        std::uint64_t count = 0;
        take(&count, sizeof(count));
        require(count <= rest_.size() / least, "more than its length");
        return static_cast<std::size_t>(count);
    }

    void take(void* target, std::size_t size) {
        require(size <= rest_.size(), "less than it announces");
        std::memcpy(target, rest_.data(), size);
        rest_.remove_prefix(size);
    }

    std::string_view rest_;
};

// Head: eight letters, the version, a number that other memory would read otherwise, the length and a
// checksum.
constexpr std::string_view kStateMagic = "BNTWARDN";
constexpr std::uint32_t kStateByteOrder = 0x01020304;
constexpr std::size_t kStateHead = 32;

inline std::uint64_t checksum(std::string_view bytes) noexcept {
    std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
    for (const char byte : bytes) {
        hash = (hash ^ static_cast<std::uint8_t>(byte)) * 1099511628211ULL;
    }
    return hash;
}

inline std::string sealed(const StateWriter& body, std::uint32_t version) {
    StateWriter head;
    head(version, kStateByteOrder, static_cast<std::uint64_t>(body.bytes().size()), checksum(body.bytes()));
    return std::string(kStateMagic) + head.bytes() + body.bytes();
}

inline std::string_view unsealed(std::string_view bytes, std::uint32_t version) {
    if (bytes.size() < kStateHead || bytes.substr(0, kStateMagic.size()) != kStateMagic) {
        throw StateError("state of " + std::to_string(bytes.size()) +
                         " bytes does not begin as one; it must be what snapshot() returned");
    }
    StateReader head(bytes.substr(kStateMagic.size()));
    std::uint32_t found = 0;
    std::uint32_t order = 0;
    std::uint64_t length = 0;
    std::uint64_t sum = 0;
    head(found, order, length, sum);
    StateReader::require(order == kStateByteOrder, "numbers in another byte order");
    if (found != version) {
        throw StateError("state is of version " + std::to_string(found) + "; it must be of version " +
                         std::to_string(version));
    }
    const std::string_view body = bytes.substr(kStateHead);
    if (length != body.size()) {
        throw StateError("state holds " + std::to_string(body.size()) +
                         " bytes after its head; it must hold " + std::to_string(length));
    }
    StateReader::require(sum == checksum(body), "bytes that were changed");
    return body;
}

}  // namespace bybit_nt
