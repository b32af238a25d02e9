// The framework's C structs, as its own core/includes/model.h and core.h describe them, and how to read them.
// The framework is built with 128-bit raw values (16 decimals) or with 64-bit ones (9 decimals); nothing in
// the memory says which. Whoever hands a buffer over must know the layout, by a proof against known objects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "decimal.hpp"

namespace bybit_nt::layout {

enum class DeltaLayout { kRaw64 = 64, kRaw128 = 128 };

// CVec: a block owned by whoever made it; reading takes nothing over.
struct Vec {
    void* data;
    std::uintptr_t length;
    std::uintptr_t capacity;
};

// Interned strings: equal identifiers have equal addresses, and live as long as the process.
struct InstrumentId {
    const char* symbol;
    const char* venue;
};

template <typename Integer>
struct Fixed {
    Integer raw;
    std::uint8_t precision;
};

template <typename PriceRaw, typename SizeRaw>
struct Delta {
    struct Order {
        std::uint32_t side;
        Fixed<PriceRaw> price;
        Fixed<SizeRaw> size;
        std::uint64_t order_id;
    };
    InstrumentId instrument_id;
    std::uint32_t action;
    Order order;
    std::uint8_t flags;
    std::uint64_t sequence;
    std::uint64_t ts_event;
    std::uint64_t ts_init;
};

using Delta128 = Delta<__int128, unsigned __int128>;
using Delta64 = Delta<std::int64_t, std::uint64_t>;

template <typename PriceRaw, typename SizeRaw>
struct Quote {
    InstrumentId instrument_id;
    Fixed<PriceRaw> bid_price;
    Fixed<PriceRaw> ask_price;
    Fixed<SizeRaw> bid_size;
    Fixed<SizeRaw> ask_size;
    std::uint64_t ts_event;
    std::uint64_t ts_init;
};

constexpr std::size_t kMaxTradeId = 36;

// ASCII, ended by a zero, with its length behind it.
struct TradeId {
    std::uint8_t value[kMaxTradeId + 1];
    std::uint8_t length;
};

template <typename PriceRaw, typename SizeRaw>
struct Trade {
    InstrumentId instrument_id;
    Fixed<PriceRaw> price;
    Fixed<SizeRaw> size;
    std::uint32_t aggressor_side;
    TradeId trade_id;
    std::uint64_t ts_event;
    std::uint64_t ts_init;
};

// MarkPriceUpdate_t and IndexPriceUpdate_t, which are alike.
template <typename PriceRaw>
struct ReferencePrice {
    InstrumentId instrument_id;
    Fixed<PriceRaw> value;
    std::uint64_t ts_event;
    std::uint64_t ts_init;
};

enum class DataTag : std::uint32_t { kDeltas = 1, kQuote = 3, kTrade = 4, kMarkPrice = 6, kIndexPrice = 7 };

// Data_t: one of the framework's data, as its `capsule_to_data` takes it.
template <typename PriceRaw, typename SizeRaw>
struct Data {
    using DeltaType = Delta<PriceRaw, SizeRaw>;
    using QuoteType = Quote<PriceRaw, SizeRaw>;
    using TradeType = Trade<PriceRaw, SizeRaw>;
    using ReferencePriceType = ReferencePrice<PriceRaw>;
    using Price = PriceRaw;
    using Size = SizeRaw;
    DataTag tag;
    union {
        DeltaType delta;
        void* deltas;
        QuoteType quote;
        TradeType trade;
        ReferencePriceType reference_price;
    };
};

using Data128 = Data<__int128, unsigned __int128>;
using Data64 = Data<std::int64_t, std::uint64_t>;

// `orderbook_deltas_new` copies what it is shown; `orderbook_deltas_drop` frees that copy. Both are C symbols
// of the framework's module of data.
using DeltasNew = void* (*)(InstrumentId, const Vec*);
using DeltasDrop = void (*)(void*);

static_assert(std::is_trivially_copyable_v<Delta128> && std::is_standard_layout_v<Delta128>);
static_assert(std::is_trivially_copyable_v<Delta64> && std::is_standard_layout_v<Delta64>);
static_assert(std::is_trivially_copyable_v<Data128> && std::is_standard_layout_v<Data128>);
static_assert(std::is_trivially_copyable_v<Data64> && std::is_standard_layout_v<Data64>);

// The widest reading of a delta, whichever layout it came from. Raw values keep the framework's scale.
struct DecodedDelta {
    InstrumentId instrument_id;
    std::uint32_t action;
    std::uint32_t side;
    __int128 price_raw;
    unsigned __int128 size_raw;
    std::uint8_t price_precision;
    std::uint8_t size_precision;
    std::uint64_t order_id;
    std::uint8_t flags;
    std::uint64_t sequence;
    std::uint64_t ts_event;
    std::uint64_t ts_init;
};

template <typename Native>
DecodedDelta decode(const void* block, std::size_t index) noexcept {
    Native native;
    std::memcpy(&native, static_cast<const unsigned char*>(block) + index * sizeof(Native), sizeof(Native));
    const auto& order = native.order;
    return {native.instrument_id, native.action,         order.side,           order.price.raw,
            order.size.raw,       order.price.precision, order.size.precision, order.order_id,
            native.flags,         native.sequence,       native.ts_event,      native.ts_init};
}

inline DecodedDelta decode(const Vec& vec, std::size_t index, DeltaLayout layout) noexcept {
    return layout == DeltaLayout::kRaw128 ? decode<Delta128>(vec.data, index)
                                          : decode<Delta64>(vec.data, index);
}

}  // namespace bybit_nt::layout
