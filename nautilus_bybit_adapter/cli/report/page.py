"""The report of a run as one HTML file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from nautilus_bybit_adapter.cli.files import whole_file
from nautilus_bybit_adapter.cli.report.charts import (
    PARTS,
    cost_bars,
    forecast_scatter,
    saving_bars,
    tail_curves,
)
from nautilus_bybit_adapter.cli.report.command import DEFAULT_PICTURES
from nautilus_bybit_adapter.cli.report.order_picture import order_picture, walk_picture
from nautilus_bybit_adapter.cli.report.tables import (
    NONE,
    bps,
    coverage_table,
    group_table,
    moment,
    parent_table,
    quantity,
    rest_table,
)
from nautilus_bybit_adapter.warden.costs import Parent, Run, coverage_of, grouped, parents_of, tail_of
from nautilus_bybit_adapter.warden.costs.summary import mean_and_error

# Scripts, requests and frames are shut out: nothing in a report may run or call home.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
MOST_ROWS = 1_000


def render(run: Run, name: str, *, pictures: int = DEFAULT_PICTURES) -> str:
    """
    Return a run as a page.

    Parameters
    ----------
    run : Run
        What `read_run` read.
    name : str
        What to call it.
    pictures : int, default 12
        How many orders are shown in their book: the dearest ones.
    """
    parents = parents_of(run)
    style = files(__package__).joinpath("report.css").read_text()
    body = "".join(
        [
            _header(run, name, parents),
            _tiles(parents),
            _costs(parents),
            _savings(parents),
            _forecasts(parents),
            _tail(parents),
            _pictures(run, parents, pictures),
            _rows(parents),
            _footer(run, parents),
        ]
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(name)}: what it cost</title>"
        f'<link rel="icon" href="data:,"><style>{style}</style></head><body><main>{body}</main></body></html>\n'
    )


def _header(run: Run, name: str, parents: Sequence[Parent]) -> str:
    start = run.starts[0]
    traded = sorted({parent.instrument.instrument_id for parent in parents})
    what = ", ".join(traded[:4]) + (f" and {len(traded) - 4} more" if len(traded) > 4 else "")  # noqa: PLR2004 - fits a line
    restarts = f", {len(run.starts) - 1} restarts" if len(run.starts) > 1 else ""
    line = f"{start.stage} run of {start.trader_id} from {moment(start.ts_ns)} UTC{restarts}; {what or 'no orders'}"
    return f"<header><h1>{escape(name)}: what it cost</h1><p>{escape(line)}</p></header>"


def _tile(label: str, value: str, note: str = "", class_: str = "") -> str:
    return (
        f'<div class="tile"><span>{escape(label)}</span>'
        f'<strong class="{class_}">{escape(value)}</strong><span>{escape(note)}</span></div>'
    )


def _tiles(parents: Sequence[Parent]) -> str:
    costs = [
        (parent.notional * parent.filled / parent.quantity, parts)
        for parent in parents
        if (parts := parent.parts) is not None
    ]
    saved = [float(each) for parent in parents if (each := parent.saved_bps) is not None]
    value = sum(float(weight) for weight, _ in costs)
    total = sum(float(weight * parts.total) for weight, parts in costs) / value if value else math.nan
    fees = sum(float(weight * parts.fees) for weight, parts in costs) / value if value else math.nan
    mean, error = mean_and_error(saved)
    losses = [each for each in saved if each < -0.005]  # noqa: PLR2004 - less than what is shown
    worst = f"the worst {min(losses):+.2f} bps" if losses else "none was dearer"
    filled = sum(not parent.unfilled for parent in parents)
    gain = "" if math.isnan(mean) else "gain-text" if mean >= 0 else "loss-text"
    tiles = [
        _tile("parent orders", str(len(parents)), f"{filled} filled whole"),
        _tile("value filled", f"{value:,.0f}", "in quote units"),
        _tile("cost, weighted by value", f"{bps(total)} bps", f"of it fees {bps(fees)}"),
        _tile(
            "saved against market",
            NONE if math.isnan(mean) else f"{mean:+.2f} bps",
            f"± {bps(error)} (95 %)",
            gain,
        ),
        _tile(
            "dearer than market",
            f"{len(losses)} of {len(saved)}",
            worst,
            "loss-text" if losses else "",
        ),
    ]
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _section(title: str, text: str, *content: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(text)}</p>{''.join(content)}</section>"


def _key(*entries: tuple[str, str]) -> str:
    items = "".join(f'<li><i class="k-{class_}"></i>{escape(name)}</li>' for class_, name in entries)
    return f'<ul class="key">{items}</ul>'


def _costs(parents: Sequence[Parent]) -> str:
    groups = grouped(parents)
    if not groups:
        return _section("Cost by decision and size", "No order was filled with a known book on arrival.")
    text = (
        "Against the mid at arrival, basis points of the value; positive is worse. Spread is half the spread paid or "
        "received at the fill, deeper what was paid beyond the touch, waiting how far the mid moved away meanwhile. "
        "Saved is the mean over orders against a market order of the same size, with the taker's fee."
    )
    key = _key(*((part, part) for part in PARTS))
    return _section("Cost by decision and size", text, key, cost_bars(groups), group_table(groups))


def _savings(parents: Sequence[Parent]) -> str:
    drawn = saving_bars(parents)
    if not drawn:
        return ""
    text = (
        "Each order against what a market order would have cost, walked through the book one forecast horizon after "
        "arrival, plus the taker's fee. Sorted; losses point down."
    )
    key = _key(("gain", "cheaper than a market order"), ("loss", "dearer"))
    return _section("Saved, order by order", text, key, drawn)


def _forecasts(parents: Sequence[Parent]) -> str:
    drawn = forecast_scatter(parents)
    if not drawn:
        return ""
    text = (
        "What a market order of the parent's size was expected to cost against the mid at arrival, and what it would "
        "have cost one horizon later, walked through the book of that moment; for every parent, however it was "
        "executed. Lines reach from the expectation up to q90."
    )
    key = _key(("accent", "within q90"), ("loss", "beyond q90"))
    return _section("Forecast against what came", text, key, drawn, coverage_table(coverage_of(parents)))


def _tail(parents: Sequence[Parent]) -> str:
    made, crossed = tail_of(parents)
    rests = [parent for parent in parents if parent.unfilled]
    if not made and not crossed and not rests:
        return ""
    text = (
        "Orders that rested in the book: those filled as makers, and those that had to cross in the end or kept a "
        "rest, the rest taken at the last touch with the taker's fee. What resting saves, these give back."
    )
    key = _key(
        ("gain", f"filled as maker ({len(made)})"), ("loss", f"had to cross, or kept a rest ({len(crossed)})")
    )
    table = rest_table(rests[:MOST_ROWS]) if rests else '<p class="note">Nothing was left unfilled.</p>'
    return _section("The tail of the unfilled", text, key, tail_curves(made, crossed), table)


def _pictures(run: Run, parents: Sequence[Parent], most: int) -> str:
    dearest = sorted(parents, key=lambda each: (each.parts is None, -(each.parts.total if each.parts else 0)))
    drawn: list[str] = []
    for parent in sorted(dearest[:most], key=lambda each: each.arrival_ns):
        books = run.books.get(parent.instrument.instrument_id, [])
        picture = order_picture(parent, books)
        if picture:
            opened = " open" if len(drawn) < 4 else ""  # noqa: PLR2004 - the page stays short
            head = f"<summary>{_summary(parent)}</summary>"
            drawn.append(f"<details{opened}>{head}{picture}{walk_picture(parent, books)}</details>")
    if not drawn:
        return ""
    text = (
        "Depth over time: the more opaque, the more there lies. Lines are best bid and best ask, and the price of each "
        "order of the parent. Below, the depth it would have walked on arrival; bars are walls, levels that stand out."
    )
    if len(parents) > most:
        text += f" The {len(drawn)} dearest of {len(parents)} orders."
    key = _key(
        ("gain", "bids, fills as maker"),
        ("loss", "asks"),
        ("child", "price of the order"),
        ("deeper", "fills as taker, depth a market order takes"),
        ("wall", "wall"),
    )
    return _section("The book around the orders", text, key, *drawn)


def _summary(parent: Parent) -> str:
    parts = parent.parts
    cost = "no cost" if parts is None else f"{parts.total:.2f} bps"
    line = f"{moment(parent.arrival_ns)}, {parent.decision}, {cost}, {parent.outcome}"
    name = f"{parent.side} {quantity(parent.quantity)} {parent.instrument.instrument_id}"
    return f"<h3>{escape(name)}</h3><small>{escape(line)}</small>"


def _rows(parents: Sequence[Parent]) -> str:
    text = "Costs in basis points, positive is worse; market is what a market order would have cost instead."
    if len(parents) > MOST_ROWS:
        text += f" The first {MOST_ROWS:,} of {len(parents):,}."
    return _section("Every parent order", text, parent_table(parents[:MOST_ROWS]))


def _footer(run: Run, parents: Sequence[Parent]) -> str:
    said = []
    if run.torn_lines:
        said.append(f"{run.torn_lines} unfinished lines of a killed process were passed over.")
    without = sum(parent.parts is None and bool(parent.fills) for parent in parents)
    if without:
        said.append(f"{without} filled orders have no costs: no book on arrival, or fees in a third coin.")
    said.append("Nothing here is advice.")
    return f"<footer>{escape(' '.join(said))}</footer>"


def write_report(run: Run, log: Path, out: Path | None = None, *, pictures: int = DEFAULT_PICTURES) -> Path:
    """
    Write the report of a run, whole or not at all, and return where it is.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    name = log.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".run") or log.name
    path = out or log.with_name(f"{name}.html")
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as temporary:
        temporary.write_text(render(run, name, pictures=pictures), encoding="utf-8")
    return path
