// One side of a book as a sorted vector, and the book of two sides.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "decimal.hpp"

namespace bybit_nt {

struct Level {
    Raw price;
    Raw size;

    template <typename Archive>
    void visit(Archive& archive) {
        archive(price, size);
    }
};

inline bool operator==(const Level& left, const Level& right) {
    return left.price == right.price && left.size == right.size;
}

enum class BookSide { kBid, kAsk };

// What a change did to a ladder and where, counted from its worst level: enough for whoever follows it.
enum class LadderChange { kNone, kResized, kInserted, kErased };

struct Place {
    LadderChange change;
    std::size_t index;
};

// The best level lies at the back, where nearly every change happens, so that an insertion moves few levels.
template <BookSide kSide>
class Ladder {
  public:
    bool empty() const noexcept { return levels_.empty(); }
    std::size_t size() const noexcept { return levels_.size(); }
    std::size_t capacity() const noexcept { return levels_.capacity(); }
    const Level& best() const noexcept { return levels_.back(); }
    const Level& at_depth(std::size_t depth) const noexcept { return levels_[levels_.size() - 1 - depth]; }

    void clear() noexcept { levels_.clear(); }
    void reserve_for(std::size_t more) {
        const std::size_t needed = levels_.size() + more;
        if (needed > levels_.capacity()) {
            levels_.reserve(std::max(needed, 2 * levels_.capacity()));
        }
    }

    // Size 0 removes. Throws nothing after reserve_for.
    Place set(const Level& level) {
        const auto place = lower_bound(level.price);
        const auto index = static_cast<std::size_t>(place - levels_.begin());
        const bool present = place != levels_.end() && place->price == level.price;
        if (level.size == 0) {
            if (!present) {
                return {LadderChange::kNone, index};
            }
            levels_.erase(place);
            return {LadderChange::kErased, index};
        }
        if (present) {
            place->size = level.size;
            return {LadderChange::kResized, index};
        }
        levels_.insert(place, level);
        return {LadderChange::kInserted, index};
    }

    // Replaces the side; the levels come in any order, and of equal prices the last one counts.
    void assign(std::vector<Level>& levels) {
        std::reverse(levels.begin(), levels.end());  // a venue sends the best level first
        if (!std::is_sorted(levels.begin(), levels.end(), worse_level)) {
            std::stable_sort(levels.begin(), levels.end(), worse_level);
        }
        // After the reversal the first of equal prices is the one sent last.
        const auto same_price = [](const Level& left, const Level& right) {
            return left.price == right.price;
        };
        levels.erase(std::unique(levels.begin(), levels.end(), same_price), levels.end());
        const auto gone = [](const Level& level) { return level.size == 0; };
        levels.erase(std::remove_if(levels.begin(), levels.end(), gone), levels.end());
        levels_.swap(levels);
    }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(levels_);
        if constexpr (Archive::kReads) {
            for (const Level& level : levels_) {
                Archive::require(level.price > 0 && level.price <= kMaxPrice, "a price that no book takes");
                Archive::require(level.size > 0 && level.size <= kMaxSize, "a size that no book takes");
            }
            const auto not_better = [](const Level& left, const Level& right) {
                return !worse(left.price, right.price);
            };
            Archive::require(std::adjacent_find(levels_.begin(), levels_.end(), not_better) == levels_.end(),
                             "levels out of order");
        }
    }

  private:
    static bool worse(Raw left, Raw right) noexcept {
        return kSide == BookSide::kBid ? left < right : left > right;
    }
    static bool worse_level(const Level& left, const Level& right) noexcept {
        return worse(left.price, right.price);
    }

    std::vector<Level>::iterator lower_bound(Raw price) noexcept {
        return std::lower_bound(levels_.begin(), levels_.end(), price,
                                [](const Level& level, Raw wanted) { return worse(level.price, wanted); });
    }

    std::vector<Level> levels_;
};

using Bids = Ladder<BookSide::kBid>;
using Asks = Ladder<BookSide::kAsk>;

struct Book {
    Bids bids;
    Asks asks;
    // Decimals the feed last used: with them a raw value turns into its nearest float.
    int price_precision = 0;
    int size_precision = 0;
    std::uint64_t ts_event = 0;

    bool two_sided() const noexcept { return !bids.empty() && !asks.empty(); }

    template <typename Archive>
    void visit(Archive& archive) {
        archive(bids, asks, price_precision, size_precision, ts_event);
        if constexpr (Archive::kReads) {
            const auto fits = [](int precision) { return precision >= 0 && precision <= kScaleDigits; };
            Archive::require(fits(price_precision) && fits(size_precision), "a precision that no book has");
        }
    }
};

}  // namespace bybit_nt
