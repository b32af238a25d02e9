"""A picture of the round trip: the touch and the fills."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nautilus_trader.model.enums import LiquiditySide, OrderSide

from nautilus_bybit_adapter.cli.demo.strategy import Leg
from nautilus_bybit_adapter.cli.files import whole_file
from nautilus_bybit_adapter.errors import BybitConfigError

SUFFIXES = (".svg", ".png", ".pdf")
NS_PER_SEC = 1e9


def check_plot(path: Path) -> None:
    """
    Refuse a file that cannot be drawn, before anything is traded.

    Raises
    ------
    BybitConfigError
        If the file's kind is not known, or matplotlib is not installed.

    """
    if path.suffix not in SUFFIXES:
        raise BybitConfigError(
            f"--plot {path.name} ends with {path.suffix!r}: {', '.join(SUFFIXES)} are allowed"
        )
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra
    except ImportError as e:
        raise BybitConfigError("--plot needs matplotlib: install bybit-nt-community[plots]") from e
    mpl.use("agg")


def draw(path: Path, symbol: str, touches: Sequence[tuple[int, float, float]], legs: Sequence[Leg]) -> None:
    """
    Draw best bid, best ask and every fill over time.

    Parameters
    ----------
    path : Path
        Where to; checked by `check_plot`.
    symbol : str
        Goes into the title.
    touches : Sequence[tuple[int, float, float]]
        UNIX nanoseconds, best bid, best ask.
    legs : Sequence[Leg]
        The orders and their fills.

    """
    import matplotlib as mpl  # noqa: PLC0415 - an extra
    import matplotlib.pyplot as plt  # noqa: PLC0415 - an extra

    start = touches[0][0]
    seconds = [(ts - start) / NS_PER_SEC for ts, _, _ in touches]
    with mpl.rc_context({"svg.fonttype": "none", "axes.formatter.useoffset": False}):
        figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
        axes.step(
            seconds, [ask for _, _, ask in touches], where="post", color="#b2452f", lw=1, label="best ask"
        )
        axes.step(
            seconds, [bid for _, bid, _ in touches], where="post", color="#2f6db2", lw=1, label="best bid"
        )
        for leg in legs:
            way = "SMART_LIMIT" if leg.smart else "MARKET"
            side = "buy" if leg.side == OrderSide.BUY else "sell"
            maker = all(fill.liquidity_side == LiquiditySide.MAKER for fill in leg.fills)
            axes.scatter(
                [(fill.ts_event - start) / NS_PER_SEC for fill in leg.fills],
                [float(fill.last_px) for fill in leg.fills],
                marker="^" if side == "buy" else "v",
                s=70,
                zorder=3,
                facecolor="#1a7f37" if maker else "#8a8a8a",
                edgecolor="black",
                label=f"{way} {side} ({'maker' if maker else 'taker'}), "
                f"{leg.slippage_bps + leg.fee_bps:.2f} bps",
            )
        axes.set(
            title=f"{symbol}: a round trip through SMART_LIMIT and one at market",
            xlabel="seconds",
            ylabel="price",
        )
        axes.legend(fontsize=8, loc="best")
        with whole_file(path) as temporary:
            figure.savefig(temporary)
        plt.close(figure)
