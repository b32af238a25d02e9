# ruff: noqa: PYI021  (a stub is where the shapes and units of a compiled module can be read)
"""Order-book kernels in C++.

Books hold every price and size as an exact integer count of ``1e-16``. One thread at a time: every call holds
the GIL from start to end and none releases it, so objects need no lock of their own as long as Python
guards them.
"""

import enum
from collections.abc import Callable, Sequence
from typing import Any, Protocol, SupportsFloat, SupportsIndex, final

import numpy as np
from numpy.typing import NDArray

type Mantissas = np.ndarray[tuple[int], np.dtype[np.int64]]
"""1-D C-contiguous int64; the value of an entry is ``mantissa * 10**-precision``."""

type Floats = NDArray[np.float64]
"""1-D float64."""

class DeltaLayout(enum.Enum):
    """Width of the framework's raw prices and sizes: 64 bits (9 decimals) or 128 bits (16 decimals)."""

    RAW64 = 64
    RAW128 = 128

class Side(enum.Enum):
    """Side of the aggressive order: a BUY walks the asks, a SELL the bids."""

    BUY = 1
    SELL = 2

class UnknownBookError(KeyError):
    """An instrument was asked for before anything was fed for it."""

@final
class Walk:
    """What an aggressive order would pay against the book as it stands.

    Where the visible depth is less than the asked quantity, ``sufficient`` is False, ``filled_quantity`` is
    that depth and every price and slippage is NaN: insufficient depth is never a number. On a book without
    its other side there is no mid, so ``mid`` and ``slippage_mid_bps`` are NaN. On a crossed book the
    slippage against the mid may be negative.
    """

    @property
    def sufficient(self) -> bool:
        """Whether the visible depth fills the whole quantity."""
    @property
    def filled_quantity(self) -> float:
        """Base units: the asked quantity, or the visible depth if that is less."""
    @property
    def average_price(self) -> float:
        """Volume-weighted price of the fill, quote per base unit."""
    @property
    def worst_price(self) -> float:
        """Price of the last level reached, quote per base unit."""
    @property
    def slippage_mid_bps(self) -> float:
        """Cost of the average price against the mid, basis points of the mid; positive is worse."""
    @property
    def slippage_touch_bps(self) -> float:
        """Cost of the average price against the opposite best, basis points of it; never negative."""
    @property
    def levels_used(self) -> int:
        """Levels reached, the last one included even if only in part."""
    @property
    def mid(self) -> float:
        """Half of best bid plus best ask."""
    @property
    def best_bid(self) -> float:
        """Highest bid; NaN on an empty side."""
    @property
    def best_ask(self) -> float:
        """Lowest ask; NaN on an empty side."""

FEATURE_COUNT: int
"""Length of a feature vector."""

@final
class TopologyScore:
    """How whole the side of a book is that an order would take.

    Walls and holes are the bars of the 0-dimensional persistence of ``log(1 + size / q)`` over the levels of that side,
    by superlevels and by sublevels; `q` is the average size of a best level over 10 s.
    """

    @property
    def stability(self) -> float:
        """``1 - d / pi``, `d` the Fisher-Rao distance between the depth shares of both sides now and 250 ms ago.

        1 for a book that stands still, 0 for one with nothing in common with what it was; NaN without both sides.
        """
    @property
    def connectivity(self) -> float:
        """Median gap between levels over the largest gap up to the level of the fill, at most 1.

        1 for an even ladder or a fill at the touch, 0 where the side does not fill the quantity.
        """
    @property
    def curvature(self) -> float:
        """``beta(Q) - beta(Q/2)``: how much more steeply cost grows with size at Q than at half of it.

        Any number; NaN where the side does not fill the quantity.
        """
    @property
    def is_disconnected(self) -> bool:
        """Whether the side does not fill the quantity, or a gap before the fill is over 10 median ones."""
    @property
    def strongest_wall(self) -> float:
        """Longest bar of a wall before the level of the fill, among the first 50 levels; 0 without one."""
    @property
    def wall_count(self) -> int:
        """Bars of walls."""
    @property
    def wall_persistence(self) -> float:
        """Sum of the lengths of the walls' bars."""
    @property
    def wall_entropy(self) -> float:
        """``-sum(p log p)`` over the shares of the walls' bars in their sum, nats."""
    @property
    def hole_count(self) -> int:
        """Bars of holes."""
    @property
    def hole_persistence(self) -> float:
        """Sum of the lengths of the holes' bars."""
    @property
    def hole_entropy(self) -> float:
        """``-sum(p log p)`` over the shares of the holes' bars in their sum, nats."""

class SupportsModel(Protocol):
    """What is read of a `nautilus_bybit_adapter.warden.model.Model`."""

    @property
    def horizons_ms(self) -> Sequence[float]: ...
    @property
    def notionals(self) -> Sequence[float]: ...
    @property
    def cells(self) -> Sequence[object]: ...
    @property
    def fill(self) -> object: ...

@final
class Forecast:
    """Expected cost of filling a quantity at once, `horizon_ns` from now.

    With insufficient depth every cost is NaN: there is no number to decide by, only the fact.
    """

    @property
    def instrument_id(self) -> str:
        """Key of the book."""
    @property
    def side(self) -> Side:
        """Side of the order."""
    @property
    def quantity(self) -> float:
        """Asked quantity, units of the book's sizes."""
    @property
    def horizon_ns(self) -> int:
        """Nanoseconds until the order meets the book."""
    @property
    def expected_slippage_mid_bps(self) -> float:
        """Expected cost against the mid of now, basis points; positive is worse. NaN without a mid."""
    @property
    def expected_slippage_touch_bps(self) -> float:
        """Expected cost against the opposite best, basis points; below 0 where the price is expected to improve."""
    @property
    def q90_slippage_mid_bps(self) -> float:
        """Cost against the mid that is not exceeded nine times in ten; not below the expected cost."""
    @property
    def q95_slippage_mid_bps(self) -> float:
        """Cost against the mid that is not exceeded nineteen times in twenty; not below `q90_slippage_mid_bps`."""
    @property
    def walk_slippage_mid_bps(self) -> float:
        """Cost against the mid if the order met the book as it stands."""
    @property
    def average_price(self) -> float:
        """Expected volume-weighted price, quote per base unit."""
    @property
    def worst_price(self) -> float:
        """Price of the last level the order would reach in the book as it stands."""
    @property
    def levels_used(self) -> int:
        """Levels the order would reach; all of them with insufficient depth."""
    @property
    def sufficient_depth(self) -> bool:
        """Whether the visible depth fills the quantity."""
    @property
    def is_insufficient(self) -> bool:
        """Whether the visible depth does not fill the quantity, so that the costs are NaN."""
    @property
    def visible_quantity(self) -> float:
        """What the visible depth fills of `quantity`."""
    @property
    def impact_exponent(self) -> float:
        """Local log-log slope of the impact curve at `quantity`; NaN where the depth does not fill twice of it."""
    @property
    def mid(self) -> float:
        """Half of best bid plus best ask; NaN where a side is empty."""
    @property
    def best_bid(self) -> float:
        """Highest bid; NaN on an empty side."""
    @property
    def best_ask(self) -> float:
        """Lowest ask; NaN on an empty side."""
    @property
    def spread_bps(self) -> float:
        """Best ask minus best bid, basis points of the mid; 0 when locked, negative when crossed."""
    @property
    def is_crossed(self) -> bool:
        """Whether best bid is above best ask: a book no order should be priced from."""
    @property
    def book_ts_ns(self) -> int:
        """Event time of the book's last update, UNIX nanoseconds."""
    @property
    def uses_model(self) -> bool:
        """Whether the model moved the expected cost; if not it is the walk."""
    @property
    def passive_fill_probability(self) -> float:
        """Probability that an order of this side, joined to its best price, is filled within the horizon.

        NaN without a model of fills, or with insufficient depth.
        """
    @property
    def features(self) -> Floats:
        """The features, shape (FEATURE_COUNT,); all NaN with insufficient depth."""

def set_default_model(source: Callable[[], SupportsModel | None] | None) -> None:
    """Set what is called for the model that new wardens start with; None, or returning None, for none."""

@final
class FastWarden:
    """One order book per instrument, what orders would pay there, and what led up to it.

    Every feed is checked in full before anything changes: an error leaves every book as it was. Time never runs
    backwards: an event with an earlier time than the latest seen counts at that.
    """

    def __init__(self, *, use_default_model: bool = True) -> None:
        """Hold no book yet.

        Parameters
        ----------
        use_default_model : bool, default True
            Whether to start with the model of `set_default_model`, if one was set.

        """
    def apply_snapshot(
        self,
        instrument_id: str,
        bid_prices: Mantissas,
        bid_sizes: Mantissas,
        ask_prices: Mantissas,
        ask_sizes: Mantissas,
        price_precision: int,
        size_precision: int,
        ts_event: int,
    ) -> None:
        """Replace the book.

        Parameters
        ----------
        instrument_id : str
            Key of the book, e.g. ``BTCUSDT-LINEAR.BYBIT``; an unseen one starts a book.
        bid_prices, bid_sizes, ask_prices, ask_sizes : int64 arrays, shapes (b,), (b,), (a,), (a,)
            Mantissas in any order; of equal prices the last counts, size 0 is no level.
        price_precision, size_precision : int
            Decimals of the mantissas, 0 to 16.
        ts_event : int
            UNIX nanoseconds, at least 0.

        Raises
        ------
        TypeError
            If an array is no array.
        ValueError
            If an array has another dtype, shape or memory order, the lengths of a side differ, a precision or
            ``ts_event`` is out of range, a price is not above 0, or a size is negative.

        """
    def apply_levels(
        self,
        instrument_id: str,
        bid_prices: Mantissas,
        bid_sizes: Mantissas,
        ask_prices: Mantissas,
        ask_sizes: Mantissas,
        price_precision: int,
        size_precision: int,
        ts_event: int,
    ) -> None:
        """Set the given levels one after another and keep the others; size 0 deletes a level.

        Parameters and errors are those of `apply_snapshot`. An unseen instrument starts from an empty book.
        """
    def apply_deltas_capsule(self, instrument_id: str, capsule: object, layout: DeltaLayout = ...) -> None:
        """Apply the framework's deltas straight from memory.

        ADD and UPDATE set a level, DELETE removes it, CLEAR empties both sides.

        The capsule stays the owner of its memory and can be used again.

        Parameters
        ----------
        instrument_id : str
            Instrument of every delta, e.g. ``BTCUSDT-LINEAR.BYBIT``.
        capsule : PyCapsule
            Made by ``OrderBookDelta.capsule_from_list``. Nothing in a capsule says what it holds: one made by
            another class is undefined behaviour.
        layout : DeltaLayout
            Layout of the framework build, as `nautilus_bybit_adapter.nt1.layout` proves it.

        Raises
        ------
        TypeError
            If `capsule` is no unnamed capsule.
        ValueError
            If a delta is for another instrument or holds an action, side, precision, price or size that no
            book takes.

        """
    def apply_trade(
        self, instrument_id: str, is_buy: bool, price: float, quantity: float, ts_ns: int
    ) -> None:
        """Take a trade into the features; an unseen instrument starts with an empty book.

        Parameters
        ----------
        instrument_id : str
            Key of the book.
        is_buy : bool
            Whether the aggressor bought.
        price, quantity : float
            Above 0 and within the framework's range.
        ts_ns : int
            Event time, UNIX nanoseconds, at least 0.

        Raises
        ------
        ValueError
            If a number is not as above.

        """
    def apply_trades_capsule(self, instrument_id: str, capsule: object, layout: DeltaLayout = ...) -> None:
        """Take the framework's trades straight from memory; those without an aggressor are left out.

        Parameters
        ----------
        instrument_id : str
            Instrument of every trade.
        capsule : PyCapsule
            Made by ``TradeTick.capsule_from_list``; made by another class it is undefined behaviour.
        layout : DeltaLayout
            Layout of the framework build, as `nautilus_bybit_adapter.nt1.layout` proves it for trades.

        Raises
        ------
        TypeError
            If `capsule` is no unnamed capsule.
        ValueError
            If a trade is for another instrument or holds a side, precision, price or size that no trade has; none is
            taken then.

        """
    def set_contract(self, instrument_id: str, multiplier: float = 1.0, is_inverse: bool = False) -> None:
        """Say what a unit of quantity is worth, before the first book: quote units at price 1, or at any if inverse.

        Raises
        ------
        ValueError
            If `multiplier` is not above 0.

        """
    def features(
        self, instrument_id: str, side: Side, quantity: SupportsFloat | SupportsIndex, now_ns: int = 0
    ) -> Floats:
        """Return the features of an order that would be sent now, as `nautilus_bybit_adapter.warden.features` has them.

        Parameters
        ----------
        instrument_id : str
            Key of the book.
        side : Side
            Side of the aggressive order.
        quantity : float
            Units of the book's sizes, finite and at least 1e-16.
        now_ns : int
            UNIX nanoseconds; a time before the last event counts as that event's.

        Returns
        -------
        float64 array, shape (FEATURE_COUNT,)
            All NaN where a side is empty or the depth does not fill the quantity.

        Raises
        ------
        UnknownBookError
            If nothing was fed for the instrument.
        ValueError
            If `quantity` or `now_ns` is not as above.

        """
    def topology(
        self, instrument_id: str, side: Side, quantity: SupportsFloat | SupportsIndex, now_ns: int = 0
    ) -> TopologyScore:
        """Return how whole the side is that the order would take. Parameters and errors are those of `features`."""
    def forecast(
        self,
        instrument_id: str,
        side: Side,
        quantity: SupportsFloat | SupportsIndex,
        horizon_ns: int = ...,
        now_ns: int = 0,
    ) -> Forecast:
        """Forecast the cost of an order that meets the book `horizon_ns` later.

        Parameters
        ----------
        instrument_id : str
            Key of the book.
        side : Side
            Side of the order.
        quantity : float
            Units of the book's sizes, finite and at least 1e-16.
        horizon_ns : int
            Nanoseconds until the order arrives, at least 1.
        now_ns : int
            UNIX nanoseconds; a time before the last event counts as that event's.

        Returns
        -------
        Forecast

        Raises
        ------
        UnknownBookError
            If nothing was fed for the instrument.
        ValueError
            If a number is not as above.

        """
    def load_model(self, model: SupportsModel) -> None:
        """Forecast with these coefficients from here on; what was learned of others is forgotten.

        Parameters
        ----------
        model : nautilus_bybit_adapter.warden.model.Model

        Raises
        ------
        ValueError
            If it is no full grid of cells, or has another number of features.

        """
    @property
    def has_model(self) -> bool:
        """Whether there are coefficients; without them a forecast is the walk, and its quantiles are normal ones."""
    learns: bool
    """Whether the gates go on learning: at book events, at most every 100 ms, each cell of the model makes a forecast
    for both sides, and is told what came of it once its horizon is over."""
    def depth_surface_curvature(self, instrument_id: str, side: Side) -> tuple[float, float]:
        """Return Gaussian and mean curvature of the depth surface of the side the order would take.

        The surface is ``log(1 + D(x) / D0)``: `D` the size within an offset of the best price, `x` the log of that
        offset in volatilities over one second, in steps of 0.5 around 0; `D0` the average of ``D(0)`` over 10 s. Its
        rows are the book at the last four whole tenths of a second, and time counts in seconds. NaN before there are
        four.

        Raises
        ------
        UnknownBookError
            If nothing was fed for the instrument.

        """
    def snapshot(self) -> bytes:
        """Return everything the warden holds, for `restore`: books, contracts and what is remembered."""
    @staticmethod
    def restore(state: bytes) -> FastWarden:
        """Return the warden that `snapshot` was taken of.

        Raises
        ------
        ValueError
            If the bytes are cut short, changed, of another version, or no snapshot at all.

        """
    def walk(self, instrument_id: str, side: Side, quantity: SupportsFloat | SupportsIndex) -> Walk:
        """Walk the opposite side for a quantity.

        Parameters
        ----------
        instrument_id : str
            Key of the book.
        side : Side
            Side of the aggressive order.
        quantity : float
            Base units, finite and at least 1e-16. It stands for every decimal within two units in the last
            place of the float, so that asking for exactly the visible depth is sufficient.

        Returns
        -------
        Walk

        Raises
        ------
        UnknownBookError
            If nothing was fed for the instrument.
        ValueError
            If `quantity` is not finite or not above 0.

        """
    def impact_exponent(
        self, instrument_id: str, side: Side, quantity: SupportsFloat | SupportsIndex
    ) -> float:
        """Return ``log2(w(2Q) / w(Q))``, `w` the slippage against the mid.

        NaN where the depth does not fill ``2Q``, where a side is empty, or where a slippage is not above 0.
        Parameters and errors are those of `walk`.
        """
    def levels(self, instrument_id: str, depth: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return bid prices, bid sizes, ask prices and ask sizes, best first, at most `depth` levels a side.

        Raises
        ------
        UnknownBookError
            If nothing was fed for the instrument.
        ValueError
            If `depth` is below 1.

        """
    def raw_levels(self, instrument_id: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return all bids and asks, best first, as (price, size) in exact counts of ``1e-16``.

        Raises
        ------
        UnknownBookError
            If nothing was fed for the instrument.

        """
    def instruments(self) -> list[str]:
        """Return the instruments with a book, sorted."""
    def __contains__(self, instrument_id: str) -> bool: ...
    def last_update_ns(self, instrument_id: str) -> int:
        """Return the event time of the last feed, UNIX nanoseconds.

        Raises
        ------
        UnknownBookError
            If nothing was fed for the instrument.

        """
    def clear(self, instrument_id: str) -> None:
        """Empty both sides and keep the instrument.

        Raises
        ------
        UnknownBookError
            If nothing was fed for the instrument.

        """
    def reset(self) -> None:
        """Forget every book."""

def superlevel_persistence(values: Floats) -> Floats:
    """Return the 0-dimensional persistence of ``{values >= threshold}`` as the threshold falls: the walls.

    Components of neighbours merge by the elder rule; of equal peaks the one nearer to the front is the elder. Bars of
    no length are left out.

    Parameters
    ----------
    values : float64 array, shape (n,)
        Such as ``log(1 + size)`` level by level, best first.

    Returns
    -------
    float64 array, shape (k, 3)
        Birth, death and the index of the peak. The bar that never ends dies at the least value.

    Raises
    ------
    ValueError
        If `values` has another shape or holds a number that is not finite.

    """

def sublevel_persistence(values: Floats) -> Floats:
    """Return the 0-dimensional persistence of ``{values <= threshold}`` as the threshold rises: the holes.

    It is that of `superlevel_persistence` upside down: births lie below deaths, the bar that never ends dies at the
    greatest value, and the index is that of the trough.
    """

def surface_curvature(grid: NDArray[np.float64], dx: float, dt: float) -> tuple[Floats, Floats]:
    """Return Gaussian and mean curvature of a surface ``f(x, t)`` that becomes known row by row.

    Differences in time look back only, those in x are central; the error is of order ``dx**2 + dt**2``.

    Parameters
    ----------
    grid : float64 array, shape (rows, columns)
        ``f``, time first, oldest row first; at least 4 rows and 3 columns.
    dx, dt : float
        Steps between columns and between rows, above 0. Both axes and ``f`` are taken in the units given: the curvature
        is not the same in others.

    Returns
    -------
    gaussian, mean : float64 arrays, shape (rows - 3, columns - 2)
        At the rows from the fourth on, without the first and last column. The mean curvature is positive where the
        surface opens upwards. NaN where the stencil holds one.

    Raises
    ------
    ValueError
        If a shape or a step is not as above.

    """

def fisher_rao_distance(first: Floats, second: Floats) -> float:
    """Return ``2 arccos(sum(sqrt(p q)))`` of the shares of two vectors: 0 for equal shares, pi for nothing in common.

    Parameters
    ----------
    first, second : float64 arrays, shape (n,)
        Amounts, at least 0, of positive sum; they are divided by their sums.

    Raises
    ------
    ValueError
        If the shapes differ, or a number or a sum is not as above.

    """

def decode_deltas(
    capsule: object, layout: DeltaLayout, limit: int
) -> list[tuple[int, int, int, int, int, int, int, int, int, int, int, int, int]]:
    """Read the first `limit` deltas of a capsule field by field, as the layout has them.

    Each is (symbol address, venue address, action, side, price raw, price precision, size raw, size
    precision, order id, flags, sequence, ts_event, ts_init). Reading with the wrong layout gives nonsense,
    not an error; with `limit` at most half of the deltas it stays inside the block whichever layout is
    true.
    """

def decode_trades(
    capsule: object, layout: DeltaLayout, limit: int
) -> list[tuple[int, int, int, int, int, int, int, int, int]]:
    """Read the first `limit` trades of a capsule field by field, as `decode_deltas` reads deltas.

    Each is (symbol address, venue address, price raw, price precision, size raw, size precision, aggressor side,
    ts_event, ts_init).
    """

def first_instrument_id(capsule: object, layout: DeltaLayout) -> str:
    """Return the instrument id of the first delta, as ``SYMBOL.VENUE``.

    Raises
    ------
    ValueError
        If the capsule holds no deltas.

    """

def decode_data(capsule: object, layout: DeltaLayout) -> tuple[object, ...]:
    """Read what the framework's Rust side has put into a capsule with `as_pycapsule`.

    A quote is ("quote", id, bid price, ask price, bid size, ask size, ts_event, ts_init), a trade ("trade", id,
    price, size, aggressor side, trade id, ts_event, ts_init), with numbers as (raw, precision); deltas are
    ("deltas",), and all else ("unknown",). The layout must be the true one.
    """

@final
class FrameworkTypes:
    """How C++ makes the framework's objects from its structs.

    Parameters
    ----------
    layout : DeltaLayout
        Width of the framework's raw values.
    data_of : callable
        The framework's `capsule_to_data`.
    deltas_of : callable
        Makes deltas of a capsule of them, where the addresses are 0.
    deltas_new, deltas_drop : int
        Addresses of the framework's `orderbook_deltas_new` and `orderbook_deltas_drop`, or both 0.

    Raises
    ------
    ValueError
        If one of the addresses alone is 0.

    """

    def __init__(
        self,
        *,
        layout: DeltaLayout,
        data_of: Callable[..., object],
        deltas_of: Callable[..., object],
        deltas_new: int,
        deltas_drop: int,
    ) -> None: ...

class Feed:
    """A topic whose frames become framework objects in C++."""

    @property
    def topic(self) -> str:
        """The topic's name."""
    def set_precisions(self, price_precision: int, size_precision: int) -> None:
        """Take the instrument's decimals as they are from now on.

        Raises
        ------
        ValueError
            If a precision is beyond the framework's.

        """

@final
class BookFeed(Feed):
    """`orderbook.{depth}.{symbol}`: deltas, and quotes where it is the depth-1 topic.

    A frame that plainly follows the last one is applied; any other is left to the Python decoder, and nothing has
    been published of it then.

    Parameters
    ----------
    types : FrameworkTypes
        How objects are made.
    instrument : capsule
        A capsule of deltas of the instrument.
    topic : str
        The topic's name.
    price_precision, size_precision : int
        The instrument's decimals; a number with more is left to the Python decoder.
    depth : int
        Levels a side.
    publish : callable
        Takes each object.
    on_live : callable
        Takes ts_init before the first data of a book that was not live.
    on_applied : callable
        Takes sequence, ts_event and ts_init after each frame while `depths_wanted`.

    Attributes
    ----------
    deltas_wanted, depths_wanted, quotes_wanted : bool
        What is subscribed.
    is_live : bool
        Whether the book is the venue's, and that has been told.
    has_book : bool
        Whether deltas were published since the last CLEAR.
    last_update_id : int or None
        `u` of the last frame applied; None while a snapshot is awaited.

    Raises
    ------
    ValueError
        If a precision is beyond the framework's.

    """

    deltas_wanted: bool
    depths_wanted: bool
    quotes_wanted: bool
    is_live: bool
    has_book: bool
    last_update_id: int | None
    def __init__(
        self,
        *,
        types: FrameworkTypes,
        instrument: object,
        topic: str,
        price_precision: int,
        size_precision: int,
        depth: int,
        publish: Callable[..., object],
        on_live: Callable[[int], object],
        on_applied: Callable[[int, int, int], object],
    ) -> None: ...
    def bids(self, most: int) -> list[tuple[str, str]]:
        """Return the best bids, highest first, as texts of price and size."""
    def asks(self, most: int) -> list[tuple[str, str]]:
        """Return the best asks, lowest first, as texts of price and size."""
    def load(self, bids: Sequence[tuple[str, str]], asks: Sequence[tuple[str, str]]) -> bool:
        """Take both sides over; return False, and hold none, where a level is not the instrument's."""

@final
class TradeFeed(Feed):
    """`publicTrade.{symbol}`; parameters are those of `BookFeed`, and `symbol` as the frames have it."""

    def __init__(
        self,
        *,
        types: FrameworkTypes,
        instrument: object,
        topic: str,
        price_precision: int,
        size_precision: int,
        symbol: str,
        publish: Callable[..., object],
    ) -> None: ...

@final
class TickerFeed(Feed):
    """`tickers.{symbol}`: the ticker kept whole, and what is made of it in C++.

    A frame that changes a field whose change is left, or that holds a text which is no number C++ reads, is left to
    the Python decoder, and nothing has been published or kept of it then.

    Parameters
    ----------
    types, instrument, topic, price_precision, size_precision, publish
        As those of `BookFeed`.
    symbol : str
        The symbol as the frames have it.
    names : list of str
        The ticker's fields beside its symbol, as the frames have them; at most 64.

    Attributes
    ----------
    is_on : bool
        False leaves every frame to the Python decoder.
    reference_precision : int
        The least decimals of a mark or index price.
    ts_event : int
        When the ticker was as it is, UNIX nanoseconds.
    fields : dict of str to str, or None
        The fields stated so far, by the frames' names; None while a snapshot is awaited.

    Raises
    ------
    ValueError
        If a precision is beyond the framework's, or the names are too many or not distinct.

    """

    is_on: bool
    reference_precision: int
    ts_event: int
    fields: dict[str, str] | None
    def __init__(
        self,
        *,
        types: FrameworkTypes,
        instrument: object,
        topic: str,
        price_precision: int,
        size_precision: int,
        symbol: str,
        names: Sequence[str],
        publish: Callable[..., object],
    ) -> None: ...
    def watch(self, outputs: Sequence[str], left: Sequence[str]) -> None:
        """Publish these when they change, in this order, and leave frames that change the fields `left`.

        Outputs are ``"mark price"``, ``"index price"`` and ``"quote"``, the touch of an option.

        Raises
        ------
        ValueError
            If an output or a field is not known.

        """

@final
class KlineFeed(Feed):
    """`kline.{interval}.{symbol}`: frames without a closed candle end here; all others are left."""

    def __init__(self, *, topic: str) -> None: ...

@final
class FrameDispatcher:
    """From a frame's topic to its feed."""

    def __init__(self) -> None: ...
    def add(self, feed: Feed) -> None:
        """Take a feed, in place of one of the same topic."""
    def remove(self, topic: str) -> None:
        """Forget a topic's feed, if there is one."""
    @property
    def on_frame(self) -> Callable[[bytes, int], str | None]:
        """The function that takes a frame and its ts_init, UNIX nanoseconds.

        It returns the frame's topic, or None where the frame is left to the Python decoder: no feed has its
        topic, it is malformed, or it does not plainly follow. What a feed's callables raise is passed on.
        """

class HistoryRows:
    """Rows of history: a block of the framework's structs.

    Parameters
    ----------
    types : FrameworkTypes
        How objects are made.
    """

    @property
    def last_ns(self) -> int:
        """The last `ts_init` given out, UNIX nanoseconds."""
    @property
    def late_count(self) -> int:
        """How often a time lay before that of the row above."""
    def __len__(self) -> int: ...
    def stamp(self, ts: int) -> int:
        """Return the `ts_init` of what comes at this time: never before that of the row above."""
    def append(self, capsule: object) -> None:
        """Take the structs of a capsule that the framework has made of objects of the rows' class."""
    def clear(self) -> None:
        """Drop the rows."""
    def objects[T](self, list_of: Callable[[object], list[T]]) -> list[T]:
        """Return the rows as objects, by `list_from_capsule` of their class."""
    def columns(self) -> dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]:
        """Return each field as an array, shape (n,).

        Prices and sizes are the bytes of their raw values, (n * 16,) or (n * 8,) uint8, little-endian. Text is UTF-8
        end to end, uint8, with int32 offsets (n + 1,) beside it under the field's name and `_offsets`.
        """

@final
class DeltaRows(HistoryRows):
    """Rows of book deltas."""

    def __init__(self, types: FrameworkTypes) -> None: ...
    def frames(self) -> list[Any]:
        """Return the rows as `OrderBookDeltas`, one for the rows up to each F_LAST."""

@final
class TradeRows(HistoryRows):
    """Rows of trades."""

    def __init__(self, types: FrameworkTypes) -> None: ...

def history_book_feed(
    *,
    types: FrameworkTypes,
    instrument: object,
    topic: str,
    price_precision: int,
    size_precision: int,
    depth: int,
    rows: DeltaRows,
    publish: Callable[..., object],
    on_live: Callable[[int], object],
    on_applied: Callable[[int, int, int], object],
) -> BookFeed:
    """Return a `BookFeed` that fills rows; a frame with a `ts_init` of 0 is taken as known when it was pushed.

    Raises
    ------
    ValueError
        If a precision is beyond the framework's, or the rows are of another layout.
    """

def history_trade_feed(
    *,
    types: FrameworkTypes,
    instrument: object,
    topic: str,
    price_precision: int,
    size_precision: int,
    symbol: str,
    rows: TradeRows,
    publish: Callable[..., object],
) -> TradeFeed:
    """Return a `TradeFeed` that fills rows; parameters and errors are those of `history_book_feed`."""

class _Lines:
    @property
    def count(self) -> int:
        """Lines read so far."""
    @property
    def has_rest(self) -> bool:
        """Whether the text ends inside a line."""
    def feed(self, block: bytes) -> None:
        """Take some more text.

        Raises
        ------
        ValueError
            If a line is longer than 64 MiB.
        """
    def finish(self) -> None:
        """Take what is left for a line."""

@final
class FrameLines(_Lines):
    """Lines of frames, each handed to the feed of its topic.

    Parameters
    ----------
    dispatcher : FrameDispatcher
        The feeds.
    is_stamped : bool
        Whether a line begins with the time of its receipt, UNIX nanoseconds.
    """

    def __init__(self, dispatcher: FrameDispatcher, is_stamped: bool) -> None: ...
    def run(self) -> tuple[int, bytes] | None:
        """Go on until no feed takes a frame; return it behind its time (0 where there is none), None at the end."""

@final
class TradeLines(_Lines):
    """Rows of a table of trades.

    Parameters
    ----------
    types : FrameworkTypes
        How objects are made.
    instrument : capsule
        A capsule of deltas of the instrument.
    price_precision, size_precision : int
        The instrument's decimals.
    rows : TradeRows
        Takes the trades.
    time, side, price, size, trade_id : int
        Where the cells stand, from 0.
    time_digits : int
        Decimals from the time's unit to nanoseconds.
    is_sorted : bool
        Whether a row before the one above it is left.
    """

    def __init__(
        self,
        *,
        types: FrameworkTypes,
        instrument: object,
        price_precision: int,
        size_precision: int,
        rows: TradeRows,
        time: int,
        side: int,
        price: int,
        size: int,
        trade_id: int,
        time_digits: int,
        is_sorted: bool,
    ) -> None: ...
    def run(self) -> bytes | None:
        """Go on until a row is left; return it, None at the end."""
