// Lines of a text that arrives in blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "frame.hpp"

namespace bybit_nt {

class LineBuffer {
  public:
    // False where the line that has begun is longer than any frame: the file is something else.
    bool feed(std::string_view block) {
        text_.erase(0, at_);
        at_ = 0;
        searched_ = text_.size();
        text_.append(block);
        return text_.size() - block.size() <= kMaxFrame;
    }

    // What is left is a line, although nothing ends it.
    void finish() {
        if (at_ < text_.size()) {
            text_.push_back('\n');
        }
    }

    // The next whole line without its end; the view is good until the next `feed`. Empty lines count.
    bool next(std::string_view& line) noexcept {
        const std::size_t from = searched_ > at_ ? searched_ : at_;
        const void* const end = std::memchr(text_.data() + from, '\n', text_.size() - from);
        if (end == nullptr) {
            searched_ = text_.size();
            return false;
        }
        const auto stop = static_cast<std::size_t>(static_cast<const char*>(end) - text_.data());
        line = std::string_view(text_).substr(at_, stop - at_);
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        at_ = searched_ = stop + 1;
        ++count_;
        return true;
    }

    // Lines given out so far.
    std::uint64_t count() const noexcept { return count_; }

    // Whether the text ends inside a line.
    bool has_rest() const noexcept { return at_ < text_.size(); }

  private:
    std::string text_;
    std::size_t at_ = 0;
    std::size_t searched_ = 0;
    std::uint64_t count_ = 0;
};

// `<receive time, ns> <frame>`; false where the line does not begin with a time.
inline bool split_stamped(std::string_view line, std::uint64_t& received_ns,
                          std::string_view& frame) noexcept {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !detail::parse_count(line.substr(0, space), received_ns)) {
        return false;
    }
    frame = line.substr(space + 1);
    return true;
}

}  // namespace bybit_nt
