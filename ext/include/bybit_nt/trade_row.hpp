// One row of a trade archive's table as the framework's struct.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "trades_frame.hpp"

namespace bybit_nt {

// Where the cells of a row stand, from 0, and how its time is written: decimals from its unit to nanoseconds.
struct TradeRowForm {
    int time;
    int side;
    int price;
    int size;
    int id;
    int time_digits;
};

constexpr std::size_t kMaxCells = 16;

namespace detail {

// Cells beyond the last one that is read are not looked at.
inline std::size_t split_cells(std::string_view row,
                               std::array<std::string_view, kMaxCells>& cells) noexcept {
    std::size_t count = 0;
    while (count < kMaxCells) {
        const std::size_t comma = row.find(',');
        cells[count++] = row.substr(0, comma);
        if (comma == std::string_view::npos) {
            break;
        }
        row.remove_prefix(comma + 1);
    }
    return count;
}

inline std::uint8_t aggressor_of(std::string_view side) noexcept {
    return side == "Buy" || side == "buy" ? 1 : side == "Sell" || side == "sell" ? 2 : 0;
}

}  // namespace detail

// False where the row is no trade of the instrument's numbers. Its time is exact, whatever unit it is in.
template <typename Data>
bool read_trade_row(std::string_view row, const TradeRowForm& columns, const NumberForm& form,
                    typename Data::TradeType& trade) noexcept {
    std::array<std::string_view, kMaxCells> cells;
    const std::size_t count = detail::split_cells(row, cells);
    const auto cell = [&](int column) {
        return static_cast<std::size_t>(column) < count ? cells[static_cast<std::size_t>(column)]
                                                        : std::string_view{};
    };
    __int128 time = 0;
    __int128 price = 0;
    __int128 size = 0;
    trade.aggressor_side = detail::aggressor_of(cell(columns.side));
    if (trade.aggressor_side == 0 || !parse_decimal(cell(columns.time), columns.time_digits, time) ||
        time <= 0 || time > static_cast<__int128>(kMaxCount) ||
        !parse_price(cell(columns.price), form.price_precision, form.scale, price) ||
        !parse_size(cell(columns.size), form.size_precision, form.scale, size) || size == 0 ||
        !detail::is_trade_id(cell(columns.id))) {
        return false;
    }
    detail::set_trade_id(cell(columns.id), trade.trade_id);
    trade.price = detail::fixed<typename Data::Price>(price, form.price_precision);
    trade.size = detail::fixed<typename Data::Size>(size, form.size_precision);
    trade.ts_event = static_cast<std::uint64_t>(time);
    trade.ts_init = trade.ts_event;
    return true;
}

}  // namespace bybit_nt
