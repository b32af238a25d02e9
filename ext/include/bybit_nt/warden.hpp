// One book per instrument. Every feed is checked in full first, so an error leaves every book as it was.
// One thread at a time: the caller holds whatever lock guards the object (Python's GIL for the module).
#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "book.hpp"
#include "feed.hpp"
#include "walk.hpp"

namespace bybit_nt {

struct UnknownBook : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Warden {
  public:
    void apply_snapshot(std::string_view instrument_id, const SideArrays& bids, const SideArrays& asks,
                        int price_precision, int size_precision, std::uint64_t ts_event) {
        read(bids, asks, price_precision, size_precision);
        Book& book = book_for(instrument_id);
        book.bids.assign(bids_);
        book.asks.assign(asks_);
        stamp(book, price_precision, size_precision, ts_event);
    }

    void apply_levels(std::string_view instrument_id, const SideArrays& bids, const SideArrays& asks,
                      int price_precision, int size_precision, std::uint64_t ts_event) {
        read(bids, asks, price_precision, size_precision);
        Book& book = book_for(instrument_id);
        book.bids.reserve_for(bids_.size());
        book.asks.reserve_for(asks_.size());
        for (const Level& level : bids_) {
            book.bids.set(level);
        }
        for (const Level& level : asks_) {
            book.asks.set(level);
        }
        stamp(book, price_precision, size_precision, ts_event);
    }

    void apply_deltas(std::string_view instrument_id, const layout::Vec& vec, layout::DeltaLayout layout) {
        read_deltas(vec, layout, instrument_id, batch_);
        if (batch_.changes.empty()) {
            return;
        }
        Book& book = book_for(instrument_id);
        if (!replace_after_clear(book)) {
            book.bids.reserve_for(batch_.changes.size());
            book.asks.reserve_for(batch_.changes.size());
            for (const Change& change : batch_.changes) {
                change.kind == ChangeKind::kSetBid ? book.bids.set(change.level)
                                                   : book.asks.set(change.level);
            }
        }
        const int price_precision = batch_.has_levels ? batch_.price_precision : book.price_precision;
        const int size_precision = batch_.has_levels ? batch_.size_precision : book.size_precision;
        stamp(book, price_precision, size_precision, batch_.ts_event);
    }

    const Book& book(std::string_view instrument_id) const {
        const auto found = books_.find(instrument_id);
        if (found == books_.end()) {
            throw UnknownBook("There is no book for " + std::string(instrument_id) +
                              "; apply a snapshot or deltas for it first.");
        }
        return found->second;
    }

    bool contains(std::string_view instrument_id) const { return books_.find(instrument_id) != books_.end(); }
    const std::map<std::string, Book, std::less<>>& books() const noexcept { return books_; }

    void clear(std::string_view instrument_id) {
        Book& known = const_cast<Book&>(book(instrument_id));
        known.bids.clear();
        known.asks.clear();
    }

    void reset() noexcept { books_.clear(); }

  private:
    void read(const SideArrays& bids, const SideArrays& asks, int price_precision, int size_precision) {
        check_precision(price_precision, "price_precision");
        check_precision(size_precision, "size_precision");
        read_levels(bids, price_precision, size_precision, bids_);
        read_levels(asks, price_precision, size_precision, asks_);
    }

    // What follows the last clear is a whole new book; what went before it no longer matters.
    bool replace_after_clear(Book& book) {
        const auto& changes = batch_.changes;
        std::size_t start = changes.size();
        while (start > 0 && changes[start - 1].kind != ChangeKind::kClear) {
            --start;
        }
        if (start == 0) {
            return false;
        }
        bids_.clear();
        asks_.clear();
        bids_.reserve(changes.size() - start);
        asks_.reserve(changes.size() - start);
        for (std::size_t i = start; i < changes.size(); ++i) {
            (changes[i].kind == ChangeKind::kSetBid ? bids_ : asks_).push_back(changes[i].level);
        }
        book.bids.assign(bids_);
        book.asks.assign(asks_);
        return true;
    }

    static void stamp(Book& book, int price_precision, int size_precision, std::uint64_t ts_event) noexcept {
        book.price_precision = price_precision;
        book.size_precision = size_precision;
        book.ts_event = ts_event;
    }

    Book& book_for(std::string_view instrument_id) {
        const auto found = books_.find(instrument_id);
        return found != books_.end() ? found->second
                                     : books_.emplace(std::string(instrument_id), Book{}).first->second;
    }

    std::map<std::string, Book, std::less<>> books_;
    // Scratch, so that a feed allocates nothing once warm.
    std::vector<Level> bids_;
    std::vector<Level> asks_;
    DeltaBatch batch_;
};

}  // namespace bybit_nt
