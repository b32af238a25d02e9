"""The page in a headless Chromium: what a person sees and presses. Screenshots are kept under build/."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from nautilus_bybit_adapter.sim import FlowParams, SimConfig, SimVenue

selenium = pytest.importorskip("selenium", reason="the page is tested with selenium, which is not installed")
webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.by import By  # noqa: E402 - only where selenium is
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402 - the same

DRIVER = shutil.which("chromedriver")
CHROMIUM = shutil.which("chromium")
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1600,1000",
    "--hide-scrollbars",
]
PATIENCE_SECS = 20
pytestmark = pytest.mark.skipif(
    DRIVER is None or CHROMIUM is None,
    reason="the page is tested in chromium with chromedriver, which are not here",
)
ORDER = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.05"}


class Background:
    """A venue on a thread of its own; `do` runs something where it lives."""

    def __init__(self, config: SimConfig) -> None:
        self._config = config
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._ready: Future[SimVenue] = Future()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))
        self._thread.start()
        self.venue = self._ready.result(PATIENCE_SECS)

    async def _serve(self) -> None:
        async with SimVenue(self._config) as venue:
            self._ready.set_result(venue)
            await self._ended.wait()

    def do[T](self, action: Callable[[SimVenue], T]) -> T:
        async def act() -> T:
            return action(self.venue)

        return asyncio.run_coroutine_threadsafe(act(), self._loop).result(PATIENCE_SECS)

    def close(self) -> None:
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def background() -> Iterator[Background]:
    each = Background(SimConfig(web=True, seed=3, flow=FlowParams(volatility_bps=0.02)))
    yield each
    each.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in [*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def text_of(browser: Any, ident: str) -> str:
    return str(browser.find_element(By.ID, ident).text)


def wait_for(browser: Any, condition: Callable[[], Any]) -> None:
    ignored = [webdriver.remote.errorhandler.StaleElementReferenceException]
    WebDriverWait(browser, PATIENCE_SECS, 0.05, ignored).until(lambda _: condition())


def trade_a_little(venue: SimVenue) -> None:
    exchange = venue.exchange
    market = exchange.markets["linear", "BTCUSDT"]
    bid = market.touch_price("Sell")
    assert bid is not None
    for number in range(1, 16, 2):
        for side, ticks in (("Buy", bid - 4 * number), ("Sell", bid + 4 * number + 1)):
            price = market.instrument.price_text(ticks)
            exchange.place(ORDER | {"side": side, "price": price, "orderLinkId": f"{side}{number}"})
    exchange.place(ORDER | {"orderType": "Market", "qty": "0.8"})
    exchange.place(ORDER | {"orderType": "Market", "qty": "0.3", "side": "Sell"})
    exchange.place(ORDER | {"category": "spot", "orderType": "Market", "qty": "900"})
    stop = {"side": "Sell", "orderType": "Market", "triggerPrice": "70000", "triggerDirection": 2}
    exchange.place(ORDER | stop)


def keep_screenshot(browser: Any, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    assert browser.save_screenshot(str(SCREENSHOTS / name))
    assert (SCREENSHOTS / name).stat().st_size > 20_000


def test_a_person_sees_the_venue_and_breaks_it_with_buttons(background: Background, browser: Any) -> None:
    venue = background.venue
    assert venue.admin_url is not None
    background.do(trade_a_little)
    browser.get(venue.admin_url)
    wait_for(browser, lambda: text_of(browser, "link") == "live")
    Select(browser.find_element(By.ID, "market")).select_by_value("linear/BTCUSDT")
    wait_for(browser, lambda: "BTCUSDT" in browser.title)
    wait_for(browser, lambda: len(browser.find_elements(By.CSS_SELECTOR, "#ladder tr.mine")) >= 1)
    assert len(browser.find_elements(By.CSS_SELECTOR, "#asks tr")) == 12
    wait_for(browser, lambda: "BTCUSDT" in text_of(browser, "positions"))
    assert "Untriggered ≤ 70000.00" in text_of(browser, "orders")
    assert "taker" in text_of(browser, "fills")
    assert "USDT" in text_of(browser, "balances")
    first = text_of(browser, "clock")
    wait_for(browser, lambda: text_of(browser, "clock") != first)

    Select(browser.find_element(By.ID, "kind")).select_by_value("duplicate")
    Select(browser.find_element(By.ID, "family")).select_by_value("private")
    browser.find_element(By.ID, "count").send_keys("3")
    browser.find_element(By.CSS_SELECTOR, "#add button").click()
    wait_for(browser, lambda: "duplicate" in text_of(browser, "active"))
    Select(browser.find_element(By.ID, "kind")).select_by_value("delay")
    chance = browser.find_element(By.ID, "probability")
    chance.clear()
    chance.send_keys("2")
    browser.find_element(By.CSS_SELECTOR, "#add button").click()
    wait_for(browser, lambda: "probability must be above 0 and at most 1" in text_of(browser, "error"))
    chance.clear()
    chance.send_keys("0.5")
    browser.find_element(By.CSS_SELECTOR, "#add button").click()
    wait_for(browser, lambda: "p=0.5" in text_of(browser, "active"))
    assert [fault.spec.kind for fault in background.do(lambda each: each.faults.active)] == [
        "duplicate",
        "delay",
    ]
    browser.find_element(By.CSS_SELECTOR, "[data-cut=private]").click()
    wait_for(browser, lambda: "disconnect" in text_of(browser, "hits"))

    keep_screenshot(browser, "venue.png")
    scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    keep_screenshot(browser, "venue-dark.png")

    browser.find_element(By.CSS_SELECTOR, "#active button").click()
    wait_for(browser, lambda: "duplicate" not in text_of(browser, "active"))
    browser.find_element(By.ID, "clear").click()
    wait_for(browser, lambda: "nothing goes wrong" in text_of(browser, "active"))
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert all("400" in entry["message"] for entry in severe), severe
    requested = browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert all(name.startswith((venue.admin_url, "data:")) for name in requested)


def test_the_page_says_when_the_venue_is_gone(background: Background, browser: Any) -> None:
    venue = background.venue
    assert venue.admin_url is not None
    browser.get(venue.admin_url)
    wait_for(browser, lambda: text_of(browser, "link") == "live")
    background.close()
    wait_for(browser, lambda: text_of(browser, "link") == "lost")
