// Ticker and candle topics, most of whose frames change nothing that anybody subscribed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bybit_nt/kline_frame.hpp"
#include "bybit_nt/ticker_frame.hpp"
#include "feeds.hpp"

namespace bybit_nt::python {

// Ends frames of a candle that forms; a closed one is the Python decoder's.
class KlineFeed final : public Feed {
  public:
    explicit KlineFeed(std::string topic) : Feed(std::move(topic), py::none(), {kScale128, 0, 0}) {}

    bool on_frame(std::string_view json, std::uint64_t) override {
        return read_klines(json, topic()) == KlineVerdict::kForming;
    }
};

// What C++ makes of a ticker.
enum class TickerOutput { kMarkPrice, kIndexPrice, kQuote };

class TickerFeed : public Feed {
  public:
    using Fields = std::map<std::string, std::string>;

    TickerFeed(std::string topic, py::object publish, const NumberForm& form, std::string symbol,
               std::vector<std::string> names)
        : Feed(std::move(topic), std::move(publish), form),
          symbol_(std::move(symbol)),
          names_(std::move(names)) {}

    // Off, every frame is left to the Python decoder.
    bool is_on = true;
    // The least decimals of a mark or index price.
    int reference_precision = 0;
    std::uint64_t ts_event = 0;

    // What is published, in this order, and the fields whose change is left to the Python decoder.
    void watch(const std::vector<std::string>& outputs, const std::vector<std::string>& left) {
        std::vector<Output> chosen;
        for (const std::string& name : outputs) {
            chosen.push_back(output_of(name));
        }
        TickerFields fields = 0;
        for (const std::string& name : left) {
            fields |= TickerFields{1} << place_of(name);
        }
        outputs_ = std::move(chosen);
        left_ = fields;
    }

    // None while a snapshot is awaited.
    std::optional<Fields> fields() const {
        if (!memory_.is_known()) {
            return std::nullopt;
        }
        Fields fields;
        for (std::size_t place = 0; place < names_.size(); ++place) {
            if (memory_.fields().has(place)) {
                fields.emplace(names_[place], memory_.fields().texts[place]);
            }
        }
        return fields;
    }

    void load(const std::optional<Fields>& fields) {
        if (!fields.has_value()) {
            memory_.forget();
            return;
        }
        TickerTexts texts;
        texts.texts.resize(names_.size());
        for (const auto& [name, text] : *fields) {
            const std::size_t place = place_of(name);
            texts.stated |= TickerFields{1} << place;
            texts.texts[place] = text;
        }
        memory_.load(std::move(texts));
    }

  protected:
    static constexpr std::size_t kMostPlaces = 4;

    // An output, and where the fields are that it is made of.
    struct Output {
        TickerOutput kind;
        std::array<std::size_t, kMostPlaces> places;
        std::size_t count;
        TickerFields fields;
    };

    const std::string* text_after(std::size_t place) const { return memory_.after(frame_, place); }

    // False where a frame is left.
    bool take(std::string_view json) { return is_on && read_ticker(json, topic(), symbol_, names_, frame_); }

    std::string symbol_;
    TickerNames names_;
    TickerMemory memory_;
    TickerFrame frame_;
    std::vector<Output> outputs_;
    TickerFields left_ = 0;

  private:
    std::size_t place_of(const std::string& name) const {
        const std::size_t place = names_.find(name);
        if (place == names_.size()) {
            throw py::value_error("there is no field '" + name + "' of a ticker");
        }
        return place;
    }

    Output output_of(const std::string& name) const {
        if (name == "mark price") {
            return output(TickerOutput::kMarkPrice, {"markPrice"});
        }
        if (name == "index price") {
            return output(TickerOutput::kIndexPrice, {"indexPrice"});
        }
        if (name == "quote") {
            return output(TickerOutput::kQuote, {"bidPrice", "askPrice", "bidSize", "askSize"});
        }
        throw py::value_error("output is '" + name + "'; it must be 'mark price', 'index price' or 'quote'");
    }

    Output output(TickerOutput kind, const std::vector<std::string>& names) const {
        Output made{kind, {}, names.size(), 0};
        for (std::size_t i = 0; i < names.size(); ++i) {
            made.places[i] = place_of(names[i]);
            made.fields |= TickerFields{1} << made.places[i];
        }
        return made;
    }
};

template <typename Data>
class NativeTickerFeed final : public TickerFeed {
  public:
    NativeTickerFeed(std::string topic, py::object publish, const NumberForm& form, Target<Data> target,
                     std::string symbol, std::vector<std::string> names)
        : TickerFeed(std::move(topic), std::move(publish), form, std::move(symbol), std::move(names)),
          target_(std::move(target)) {}

    bool on_frame(std::string_view json, std::uint64_t ts_init) override {
        if (!take(json)) {
            return false;
        }
        // A delta that nothing precedes is the Python decoder's, which knows how long that may go on.
        if (!frame_.is_snapshot && !memory_.is_known()) {
            return false;
        }
        const TickerFields changed = memory_.changed_by(frame_);
        if ((changed & left_) != 0) {
            return false;
        }
        const std::uint64_t at = frame_.ts_ms * kNanosPerMilli;
        std::vector<py::object> made;
        for (const Output& output : outputs_) {
            if ((changed & output.fields) != 0 && !make(output, at, ts_init, made)) {
                return false;
            }
        }
        memory_.apply(frame_);
        ts_event = at;
        for (const py::object& item : made) {
            hand_over(item);
        }
        return true;
    }

  private:
    using Price = typename Data::Price;
    using Size = typename Data::Size;

    // False where a text is no number that C++ reads; nothing is made where the venue states nothing.
    bool make(const Output& output, std::uint64_t at, std::uint64_t ts_init, std::vector<py::object>& made) {
        return output.kind == TickerOutput::kQuote ? make_quote(output, at, ts_init, made)
                                                   : make_price(output, at, ts_init, made);
    }

    bool make_price(const Output& output, std::uint64_t at, std::uint64_t ts_init,
                    std::vector<py::object>& made) {
        const std::string* const text = text_after(output.places[0]);
        if (text == nullptr || text->empty()) {
            return true;
        }
        __int128 raw = 0;
        int precision = 0;
        if (!parse_reference_price(*text, reference_precision, form().scale, raw, precision)) {
            return false;
        }
        made.push_back(target_.maker->reference_price(
            {target_.id, detail::fixed<Price>(raw, precision), at, ts_init},
            output.kind == TickerOutput::kMarkPrice ? layout::DataTag::kMarkPrice
                                                    : layout::DataTag::kIndexPrice));
        return true;
    }

    bool make_quote(const Output& output, std::uint64_t at, std::uint64_t ts_init,
                    std::vector<py::object>& made) {
        std::array<__int128, kMostPlaces> raws{};
        for (std::size_t i = 0; i < output.count; ++i) {
            const std::string* const text = text_after(output.places[i]);
            if (text == nullptr || text->empty()) {
                return true;
            }
            // The first two are prices, the others sizes.
            if (!(i < 2 ? parse_price(*text, form().price_precision, form().scale, raws[i])
                        : parse_size(*text, form().size_precision, form().scale, raws[i]))) {
                return false;
            }
            if (raws[i] == 0) {
                return true;
            }
        }
        made.push_back(
            target_.maker->quote({target_.id, detail::fixed<Price>(raws[0], form().price_precision),
                                  detail::fixed<Price>(raws[1], form().price_precision),
                                  detail::fixed<Size>(raws[2], form().size_precision),
                                  detail::fixed<Size>(raws[3], form().size_precision), at, ts_init}));
        return true;
    }

    Target<Data> target_;
};

}  // namespace bybit_nt::python
