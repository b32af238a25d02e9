// The nearest floats of a ladder, kept beside it: what costs and features are reckoned with.
#pragma once

#include <cstddef>
#include <vector>

#include "book.hpp"

namespace bybit_nt {

struct Point {
    double price;
    double size;
};

// Follows one ladder change by change, in its order: the best level at the back.
class FloatSide {
  public:
    bool empty() const noexcept { return points_.empty(); }
    std::size_t size() const noexcept { return points_.size(); }
    const Point& best() const noexcept { return points_.back(); }
    const Point& at_depth(std::size_t depth) const noexcept { return points_[points_.size() - 1 - depth]; }

    void clear() noexcept { points_.clear(); }
    void reserve(std::size_t count) { points_.reserve(count); }

    void follow(const Place& place, const Level& level, int price_precision, int size_precision) {
        const auto at = points_.begin() + static_cast<std::ptrdiff_t>(place.index);
        switch (place.change) {
            case LadderChange::kResized:
                at->size = to_double(level.size, size_precision);
                break;
            case LadderChange::kInserted:
                points_.insert(
                    at, {to_double(level.price, price_precision), to_double(level.size, size_precision)});
                break;
            case LadderChange::kErased:
                points_.erase(at);
                break;
            case LadderChange::kNone:
                break;
        }
    }

    template <BookSide kSide>
    void copy(const Ladder<kSide>& ladder, int price_precision, int size_precision) {
        points_.clear();
        points_.reserve(ladder.capacity());
        for (std::size_t depth = ladder.size(); depth > 0; --depth) {
            const Level& level = ladder.at_depth(depth - 1);
            points_.push_back(
                {to_double(level.price, price_precision), to_double(level.size, size_precision)});
        }
    }

  private:
    std::vector<Point> points_;
};

}  // namespace bybit_nt
