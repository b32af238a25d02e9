// `tickers.{symbol}`: frames of what has changed, and the whole ticker they add up to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "frame.hpp"

namespace bybit_nt {

// A set of a ticker's fields, one bit each.
using TickerFields = std::uint64_t;

constexpr std::size_t kMaxTickerFields = 64;

// The names of a ticker's fields, beside its symbol, as the frames have them.
class TickerNames {
  public:
    // Throws std::invalid_argument where there are too many, or one comes twice.
    explicit TickerNames(std::vector<std::string> names) : names_(std::move(names)) {
        if (names_.size() > kMaxTickerFields) {
            throw std::invalid_argument("there are " + std::to_string(names_.size()) +
                                        " names; there may be " + std::to_string(kMaxTickerFields));
        }
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (!places_.emplace(names_[i], i).second) {
                throw std::invalid_argument("names has '" + names_[i] + "' twice");
            }
        }
    }
    TickerNames(const TickerNames&) = delete;
    TickerNames& operator=(const TickerNames&) = delete;

    std::size_t size() const noexcept { return names_.size(); }
    const std::string& operator[](std::size_t place) const noexcept { return names_[place]; }

    // `size()` where there is no such field.
    std::size_t find(std::string_view name) const {
        const auto found = places_.find(name);
        return found == places_.end() ? names_.size() : found->second;
    }

  private:
    std::vector<std::string> names_;
    // The keys are the names' own text.
    std::unordered_map<std::string_view, std::size_t> places_;
};

// Texts of some fields; those of the others are left over, and mean nothing.
struct TickerTexts {
    TickerFields stated = 0;
    std::vector<std::string> texts;

    bool has(std::size_t place) const noexcept { return (stated >> place & 1) != 0; }
};

struct TickerFrame {
    bool is_snapshot = false;
    std::uint64_t ts_ms = 0;
    TickerTexts fields;
};

namespace detail {

inline bool read_ticker_fields(JsonScanner& scanner, const TickerNames& names, std::string_view symbol,
                               TickerTexts& fields) {
    fields.stated = 0;
    bool named = false;
    std::string_view text;
    const bool read = scanner.read_object([&](std::string_view key) {
        if (key == "symbol") {
            named = true;
            return scanner.read_string(text) && text == symbol;
        }
        const std::size_t place = names.find(key);
        if (place == names.size()) {
            return scanner.skip_value();
        }
        const TickerFields bit = TickerFields{1} << place;
        // What is null is as what is absent.
        if (scanner.peek() == 'n') {
            fields.stated &= ~bit;
            return scanner.read_literal("null");
        }
        if (!scanner.read_string(text)) {
            return false;
        }
        fields.stated |= bit;
        fields.texts[place].assign(text);
        return true;
    });
    return read && named;
}

}  // namespace detail

// A repeated key counts as it was last.
inline bool read_ticker(std::string_view json, std::string_view topic, std::string_view symbol,
                        const TickerNames& names, TickerFrame& frame) {
    JsonScanner scanner(json);
    unsigned seen = 0;
    std::uint64_t ignored = 0;
    std::string_view text;
    frame.is_snapshot = true;
    frame.fields.texts.resize(names.size());
    const bool read = json.size() <= kMaxFrame && scanner.read_object([&](std::string_view key) {
        if (key == "topic") {
            seen |= 1;
            return scanner.read_string(text) && text == topic;
        }
        if (key == "ts") {
            seen |= 2;
            return read_count(scanner, frame.ts_ms) && frame.ts_ms <= kMaxMillis;
        }
        if (key == "data") {
            seen |= 4;
            return detail::read_ticker_fields(scanner, names, symbol, frame.fields);
        }
        if (key == "type") {
            if (!scanner.read_string(text)) {
                return false;
            }
            frame.is_snapshot = text == "snapshot";
            return frame.is_snapshot || text == "delta";
        }
        return key == "cs" ? read_optional_count(scanner, ignored) : scanner.skip_value();
    });
    return read && scanner.at_end() && seen == 7;
}

// The whole ticker, across frames that state what changed.
class TickerMemory {
  public:
    bool is_known() const noexcept { return known_; }
    const TickerTexts& fields() const noexcept { return fields_; }

    void forget() noexcept { known_ = false; }

    // What a frame would change: everything where nothing is known.
    TickerFields changed_by(const TickerFrame& frame) const {
        if (!known_) {
            return ~TickerFields{0};
        }
        TickerFields changed = frame.is_snapshot ? fields_.stated & ~frame.fields.stated : 0;
        for_each(frame.fields.stated, [&](std::size_t place) {
            if (!fields_.has(place) || fields_.texts[place] != frame.fields.texts[place]) {
                changed |= TickerFields{1} << place;
            }
        });
        return changed;
    }

    // The text of a field as it is once the frame is applied; null where nothing states it.
    const std::string* after(const TickerFrame& frame, std::size_t place) const noexcept {
        if (frame.fields.has(place)) {
            return &frame.fields.texts[place];
        }
        const bool kept = known_ && !frame.is_snapshot && fields_.has(place);
        return kept ? &fields_.texts[place] : nullptr;
    }

    // A delta that nothing precedes says too little. Takes the frame's texts.
    bool apply(TickerFrame& frame) {
        if (!frame.is_snapshot && !known_) {
            return false;
        }
        fields_.texts.resize(frame.fields.texts.size());
        for_each(frame.fields.stated,
                 [&](std::size_t place) { fields_.texts[place].swap(frame.fields.texts[place]); });
        fields_.stated = frame.fields.stated | (frame.is_snapshot ? 0 : fields_.stated);
        known_ = true;
        return true;
    }

    void load(TickerTexts fields) {
        fields_ = std::move(fields);
        known_ = true;
    }

  private:
    template <typename OnPlace>
    static void for_each(TickerFields fields, OnPlace&& on_place) {
        for (std::size_t place = 0; fields != 0; ++place, fields >>= 1) {
            if ((fields & 1) != 0) {
                on_place(place);
            }
        }
    }

    bool known_ = false;
    TickerTexts fields_;
};

// A mark or index price, which may be finer than the instrument's prices. Only digits and a point are taken.
inline bool parse_reference_price(std::string_view text, int least_precision, const FixedScale& scale,
                                  __int128& raw, int& precision) noexcept {
    for (const char character : text) {
        if (!detail::is_digit(character) && character != '.' && character != '-') {
            return false;
        }
    }
    const std::size_t point = text.find('.');
    const std::size_t shown = point == std::string_view::npos ? 0 : text.size() - point - 1;
    if (shown > static_cast<std::size_t>(scale.raw_digits) || least_precision > scale.raw_digits) {
        return false;
    }
    precision = static_cast<int>(shown) > least_precision ? static_cast<int>(shown) : least_precision;
    return parse_price(text, precision, scale, raw);
}

}  // namespace bybit_nt
