"""`bybit-nt calibrate` on small recordings and a catalog: what it writes, prints and refuses."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nautilus_trader.model.data import BookOrder, OrderBookDelta, TradeTick
from nautilus_trader.model.enums import AggressorSide, BookAction, OrderSide, RecordFlag
from nautilus_trader.model.identifiers import TradeId
from nautilus_trader.model.instruments import Instrument
from nautilus_trader.persistence.catalog import ParquetDataCatalog
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from thin_market import Thin, thin_events, write_recording

from nautilus_bybit_adapter.cli import main
from nautilus_bybit_adapter.cli.calibrate.markets import find_markets
from nautilus_bybit_adapter.cli.exits import ExitCode
from nautilus_bybit_adapter.warden.calibration.events import BookEvent, Event
from nautilus_bybit_adapter.warden.model import read_model

EVENTS = thin_events(Thin(secs=75, rate=6))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["calibrate", *map(str, words)])


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("data") / "thin.frames.gz", EVENTS, "XUSDT")


def test_a_recording_becomes_coefficients_and_a_report(recording: Path, tmp_path: Path) -> None:
    output, report = tmp_path / "mine.toml", tmp_path / "mine.html"
    files = ("--output", output, "--report", report)
    done = run(
        recording, *files, "--sizes", "500,large", "--horizons", "100", "--folds", "2", "--note", "a <b>"
    )
    assert done.exit_code in {ExitCode.OK, ExitCode.NOT_WELL}, done.output
    assert done.stderr == ""
    model = read_model(output)
    assert (model.horizons_ms, model.notionals[0]) == ((100,), 500.0)
    assert [source.name for source in model.provenance.sources] == ["thin.frames.gz"]
    page = report.read_text()
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    for words in ("a &lt;b&gt;", "By market", "Ablation", "flow + fisher_rao_speed", "Passive fills", "<svg"):
        assert words in page
    assert str(output) in done.stdout

    scored = run(recording, "--score", output, "--report", report, "--sizes", "500", "--horizons", "100")
    assert scored.exit_code in {ExitCode.OK, ExitCode.NOT_WELL}, scored.output
    assert "Given coefficients scored on" in report.read_text()
    assert "Ablation" not in report.read_text()


def catalog_of(path: Path, events: list[Event]) -> Instrument:
    """Write events as the framework's deltas (a CLEAR and every level) and trade ticks."""
    instrument = TestInstrumentProvider.ethusdt_binance()
    deltas, trades = [], []
    for number, event in enumerate(events):
        times = (event.ts_ns, event.received_ns)
        if not isinstance(event, BookEvent):
            side = AggressorSide.BUYER if event.is_buy else AggressorSide.SELLER
            price, size = instrument.make_price(event.price), instrument.make_qty(event.size)
            trades.append(TradeTick(instrument.id, price, size, side, TradeId(str(number)), *times))
            continue
        deltas.append(OrderBookDelta.clear(instrument.id, number, *times))
        rows = [(OrderSide.BUY, row) for row in event.bids] + [(OrderSide.SELL, row) for row in event.asks]
        for place, (order_side, (price, size)) in enumerate(rows, start=1):
            order = BookOrder(order_side, instrument.make_price(price), instrument.make_qty(size), 0)
            flags = RecordFlag.F_LAST if place == len(rows) else 0
            deltas.append(OrderBookDelta(instrument.id, BookAction.ADD, order, flags, number, *times))
    catalog = ParquetDataCatalog(str(path))
    catalog.write_data([instrument])
    catalog.write_data(deltas)
    catalog.write_data(trades)
    return instrument


def test_a_catalog_holds_the_same_events(tmp_path: Path) -> None:
    whole = [*thin_events(Thin(secs=20, tick=0.01))]
    instrument = catalog_of(tmp_path, whole)
    (market,) = find_markets([tmp_path])
    assert (market.name, market.is_inverse, market.multiplier) == (instrument.id.value, False, 1.0)
    assert len(market.sha256) == 64
    found = list(market.events())
    # Events of one nanosecond have no order between them in a catalog.
    assert sorted(found, key=repr) == sorted(whole, key=repr)
    assert [event.received_ns for event in found] == sorted(event.received_ns for event in whole)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--sizes", "10,dear"), "'dear' is neither a number above 0 nor 'large'"),
        (("--sizes", "-5"), "'-5' is neither a number above 0 nor 'large'"),
        (("--sizes", "large,10"), "must rise, with 'large' last"),
        (("--sizes", "10,5"), "must rise"),
        (("--horizons", "150"), "must be multiples of 100 ms"),
        (("--horizons", "500,100"), "must rise"),
        (("--folds", "0"), "0 is not in the range"),
        (("--score", "nothing.toml"), "--score is 'nothing.toml'; it must be 'default' or a file"),
        (("--score", "default", "--output", "x.toml"), "--output is of no use with --score"),
    ],
)
def test_a_wrong_option_is_named(recording: Path, words: tuple[str, ...], message: str) -> None:
    done = run(recording, *words)
    assert done.exit_code == ExitCode.WRONG_CALL
    assert message in " ".join(done.stderr.split())


def test_a_bad_source_is_named_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    short = write_recording(tmp_path / "short.frames.gz", thin_events(Thin(secs=12)), "XUSDT")
    silent = [event for event in EVENTS[:200] if isinstance(event, BookEvent)]
    quiet = write_recording(tmp_path / "quiet.frames.gz", [*silent], "XUSDT")
    torn = tmp_path / "torn.frames.gz"
    torn.write_bytes(gzip.compress(b"rubbish\n"))
    (tmp_path / "empty").mkdir()
    for source, message in (
        (short, "a fit needs 200: name longer recordings"),
        (quiet, "quiet holds 200 books and 0 trades; a calibration needs both"),
        (torn, "torn.frames.gz holds no order book"),
        (tmp_path / "empty", "holds no instrument with order book deltas and trade ticks"),
        (tmp_path / "absent.gz", "does not exist"),
    ):
        done = run(source, "--sizes", "500")
        assert done.exit_code == ExitCode.WRONG_CALL, done.output
        assert message.replace("200 books", f"{len(silent)} books") in " ".join(done.stderr.split())
    assert not list(tmp_path.glob("*.html"))
    assert not list(tmp_path.glob("*.toml"))
