// A strict JSON reader over one frame: bounded, without allocation, and without recursion.
// What it takes is what RFC 8259 takes, in valid UTF-8; what it does not take it refuses, and says no more
// than that: the Python decoder, which then looks at the frame, finds the words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bybit_nt {

class JsonScanner {
  public:
    explicit JsonScanner(std::string_view json) noexcept
        : at_(json.data()), end_(json.data() + json.size()) {}

    // White space is skipped before the character, not after it.
    bool take(char wanted) noexcept {
        if (peek() != wanted) {
            return false;
        }
        ++at_;
        return true;
    }

    // The next character that is not white space; 0 at the end, which no JSON holds outside of strings.
    char peek() noexcept {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) {
            ++at_;
        }
        return at_ != end_ ? *at_ : '\0';
    }

    bool at_end() noexcept {
        peek();
        return at_ == end_;
    }

    // Text without escapes is a view of the frame. Otherwise it is a view of scratch memory that the next
    // string with an escape overwrites; text with escapes that does not fit there is refused.
    bool read_string(std::string_view& out) noexcept {
        if (!take('"')) {
            return false;
        }
        const char* const start = at_;
        if (!skip_plain()) {
            return false;
        }
        if (*at_ == '"') {
            out = {start, static_cast<std::size_t>(at_ - start)};
            ++at_;
            return true;
        }
        return read_escaped(start, out);
    }

    // A number's characters, as JSON allows them: no leading plus or zeros, no bare point.
    bool read_number(std::string_view& out) noexcept {
        peek();
        const char* const start = at_;
        if (at_ != end_ && *at_ == '-') {
            ++at_;
        }
        if (at_ != end_ && *at_ == '0') {
            ++at_;
        } else if (!skip_digits()) {
            return false;
        }
        if (at_ != end_ && *at_ == '.') {
            ++at_;
            if (!skip_digits()) {
                return false;
            }
        }
        if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
            ++at_;
            if (at_ != end_ && (*at_ == '+' || *at_ == '-')) {
                ++at_;
            }
            if (!skip_digits()) {
                return false;
            }
        }
        out = {start, static_cast<std::size_t>(at_ - start)};
        return true;
    }

    bool read_literal(std::string_view literal) noexcept {
        peek();
        if (static_cast<std::size_t>(end_ - at_) < literal.size() ||
            std::memcmp(at_, literal.data(), literal.size()) != 0) {
            return false;
        }
        at_ += literal.size();
        return true;
    }

    bool read_bool() noexcept { return peek() == 't' ? read_literal("true") : read_literal("false"); }

    // `on_member(key)` reads the value; the key is gone once it has.
    template <typename OnMember>
    bool read_object(OnMember&& on_member) {
        if (!take('{')) {
            return false;
        }
        if (take('}')) {
            return true;
        }
        do {
            std::string_view key;
            if (!read_string(key) || !take(':') || !on_member(key)) {
                return false;
            }
        } while (take(','));
        return take('}');
    }

    template <typename OnItem>
    bool read_array(OnItem&& on_item) {
        if (!take('[')) {
            return false;
        }
        if (take(']')) {
            return true;
        }
        do {
            if (!on_item()) {
                return false;
            }
        } while (take(','));
        return take(']');
    }

    // Any value, checked all the same. Deeper nesting than a frame ever has is refused.
    bool skip_value() noexcept {
        std::uint64_t objects = 0;  // one bit a level: whether it is an object
        int depth = 0;
        while (true) {
            const char next = peek();
            if (next == '{' || next == '[') {
                if (depth == kMaxDepth) {
                    return false;
                }
                ++at_;
                ++depth;
                objects = objects << 1 | static_cast<std::uint64_t>(next == '{');
                if (!take(next == '{' ? '}' : ']')) {
                    if (next == '{' && !skip_key()) {
                        return false;
                    }
                    continue;
                }
                --depth;
                objects >>= 1;
            } else if (!skip_scalar(next)) {
                return false;
            }
            if (!close_levels(objects, depth)) {
                return false;
            }
            if (depth == 0) {
                return true;
            }
        }
    }

    static constexpr int kMaxDepth = 64;
    static constexpr std::size_t kMaxEscaped = 256;

  private:
    // ASCII that stands for itself in a string.
    static constexpr std::array<bool, 256> kPlain = [] {
        std::array<bool, 256> plain{};
        for (std::size_t byte = 0x20; byte < 0x80; ++byte) {
            plain[byte] = byte != '"' && byte != '\\';
        }
        return plain;
    }();

    // After a value: a comma leads to the next one, brackets close what is open. False where neither comes.
    bool close_levels(std::uint64_t& objects, int& depth) noexcept {
        while (depth > 0) {
            const bool object = (objects & 1) != 0;
            if (take(',')) {
                return !object || skip_key();
            }
            if (!take(object ? '}' : ']')) {
                return false;
            }
            --depth;
            objects >>= 1;
        }
        return true;
    }

    bool skip_key() noexcept { return skip_string() && take(':'); }

    bool skip_scalar(char next) noexcept {
        std::string_view ignored;
        switch (next) {
            case '"':
                return skip_string();
            case 't':
                return read_literal("true");
            case 'f':
                return read_literal("false");
            case 'n':
                return read_literal("null");
            default:
                return read_number(ignored);
        }
    }

    bool skip_string() noexcept {
        if (!take('"')) {
            return false;
        }
        while (skip_plain()) {
            if (*at_ == '"') {
                ++at_;
                return true;
            }
            std::uint32_t ignored = 0;
            if (!read_escape(ignored)) {
                return false;
            }
        }
        return false;
    }

    bool skip_digits() noexcept {
        const char* const start = at_;
        while (at_ != end_ && *at_ >= '0' && *at_ <= '9') {
            ++at_;
        }
        return at_ != start;
    }

    // Moves to the next quote or backslash; false where the frame ends or a byte may not stand in a string.
    bool skip_plain() noexcept {
        while (at_ != end_) {
            const auto byte = static_cast<unsigned char>(*at_);
            if (kPlain[byte]) {
                ++at_;
            } else if (byte == '"' || byte == '\\') {
                return true;
            } else if (byte < 0x20 || !skip_multibyte(byte)) {
                return false;
            }
        }
        return false;
    }

    // One character of two to four bytes (RFC 3629): no overlong form, no surrogate, nothing past U+10FFFF.
    bool skip_multibyte(unsigned char lead) noexcept {
        if (lead < 0xC2 || lead > 0xF4) {
            return false;
        }
        const std::ptrdiff_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (end_ - at_ < size) {
            return false;
        }
        const auto second = static_cast<unsigned char>(at_[1]);
        const unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < least || second > most) {
            return false;
        }
        for (std::ptrdiff_t i = 2; i < size; ++i) {
            if ((static_cast<unsigned char>(at_[i]) & 0xC0) != 0x80) {
                return false;
            }
        }
        at_ += size;
        return true;
    }

    bool read_escaped(const char* start, std::string_view& out) noexcept {
        std::size_t size = 0;
        const char* plain = start;
        while (true) {
            const auto length = static_cast<std::size_t>(at_ - plain);
            // Four more bytes are kept free for the character that follows.
            if (length > kMaxEscaped - 4 - size) {
                return false;
            }
            std::memcpy(scratch_.data() + size, plain, length);
            size += length;
            if (*at_ == '"') {
                ++at_;
                out = {scratch_.data(), size};
                return true;
            }
            std::uint32_t character = 0;
            if (!read_escape(character)) {
                return false;
            }
            size = append_utf8(character, size);
            plain = at_;
            if (size > kMaxEscaped - 4 || !skip_plain()) {
                return false;
            }
        }
    }

    // Stands on a backslash.
    bool read_escape(std::uint32_t& character) noexcept {
        if (end_ - at_ < 2) {
            return false;
        }
        const char kind = at_[1];
        at_ += 2;
        switch (kind) {
            case '"':
            case '\\':
            case '/':
                character = static_cast<unsigned char>(kind);
                return true;
            case 'b':
                character = '\b';
                return true;
            case 'f':
                character = '\f';
                return true;
            case 'n':
                character = '\n';
                return true;
            case 'r':
                character = '\r';
                return true;
            case 't':
                character = '\t';
                return true;
            case 'u':
                return read_code_point(character);
            default:
                return false;
        }
    }

    bool read_code_point(std::uint32_t& character) noexcept {
        if (!read_hex(character) || (character >= 0xDC00 && character < 0xE000)) {
            return false;
        }
        if (character < 0xD800 || character >= 0xE000) {
            return true;
        }
        std::uint32_t low = 0;
        if (end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') {
            return false;
        }
        at_ += 2;
        if (!read_hex(low) || low < 0xDC00 || low >= 0xE000) {
            return false;
        }
        character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
        return true;
    }

    bool read_hex(std::uint32_t& value) noexcept {
        if (end_ - at_ < 4) {
            return false;
        }
        value = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            const char digit = *at_;
            const bool decimal = digit >= '0' && digit <= '9';
            const char lower = static_cast<char>(digit | 0x20);
            if (!decimal && (lower < 'a' || lower > 'f')) {
                return false;
            }
            value = value << 4 | static_cast<std::uint32_t>(decimal ? digit - '0' : lower - 'a' + 10);
        }
        return true;
    }

    std::size_t append_utf8(std::uint32_t character, std::size_t size) noexcept {
        const auto put = [&](std::uint32_t byte) { scratch_[size++] = static_cast<char>(byte); };
        if (character < 0x80) {
            put(character);
        } else if (character < 0x800) {
            put(0xC0 | character >> 6);
            put(0x80 | (character & 0x3F));
        } else if (character < 0x10000) {
            put(0xE0 | character >> 12);
            put(0x80 | (character >> 6 & 0x3F));
            put(0x80 | (character & 0x3F));
        } else {
            put(0xF0 | character >> 18);
            put(0x80 | (character >> 12 & 0x3F));
            put(0x80 | (character >> 6 & 0x3F));
            put(0x80 | (character & 0x3F));
        }
        return size;
    }

    const char* at_;
    const char* end_;
    std::array<char, kMaxEscaped> scratch_;
};

}  // namespace bybit_nt
