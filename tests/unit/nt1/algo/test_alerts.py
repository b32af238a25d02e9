from __future__ import annotations

import asyncio
import threading

from nautilus_trader.common.component import LiveClock, TestClock

from nautilus_bybit_adapter.nt1.algo.alerts import Alerts

MS = 1_000_000


def test_on_the_live_clock_callbacks_run_on_the_thread_of_the_loop() -> None:
    async def main() -> tuple[int, int]:
        clock = LiveClock()
        alerts = Alerts(clock, "test")
        fired: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        alerts.set("a", clock.timestamp_ns() + MS, lambda: fired.set_result(threading.get_ident()))
        return await asyncio.wait_for(fired, 10), threading.get_ident()

    there, here = asyncio.run(main())
    assert there == here


def fire_until(clock: TestClock, to_ns: int) -> None:
    for handler in clock.advance_time(to_ns):
        handler.handle()


def test_a_new_alert_of_a_key_takes_the_place_of_the_old() -> None:
    clock = TestClock()
    alerts = Alerts(clock, "test")
    fired: list[str] = []
    alerts.set("a", 10 * MS, lambda: fired.append("early"))
    alerts.set("b", 10 * MS, lambda: fired.append("other"))
    alerts.set("a", 20 * MS, lambda: fired.append("late"))
    fire_until(clock, 15 * MS)
    assert fired == ["other"]
    fire_until(clock, 25 * MS)
    assert fired == ["other", "late"]


def test_canceled_alerts_do_not_fire() -> None:
    clock = TestClock()
    alerts = Alerts(clock, "test")
    alerts.set("a", 10 * MS, refuse)
    alerts.set("b", 10 * MS, refuse)
    alerts.cancel("a")
    alerts.cancel_all()
    fire_until(clock, 15 * MS)
    assert clock.timer_count == 0


def test_an_alert_may_be_set_again_from_its_own_callback() -> None:
    clock = TestClock()
    alerts = Alerts(clock, "test")
    fired: list[int] = []

    def again() -> None:
        fired.append(len(fired))
        alerts.set("a", clock.timestamp_ns() + 10 * MS, again)

    alerts.set("a", 10 * MS, again)
    for number in range(1, 4):
        fire_until(clock, number * 10 * MS)
    assert fired == [0, 1, 2]


def refuse() -> None:
    raise AssertionError("a canceled alert fired")
