from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from nautilus_bybit_adapter.errors import BybitConnectionError
from nautilus_bybit_adapter.transport.refreshing_cache import RefreshingCache

LIFETIME_SECS = 100.0


class Source:
    """Reads that end when the test says so, and a clock the test moves."""

    def __init__(self) -> None:
        self.reads: list[asyncio.Future[str]] = []
        self.reports: list[str] = []
        self.secs = 0.0
        self._begun = asyncio.Event()
        self.cache: RefreshingCache[str, str] = RefreshingCache(
            self._load, LIFETIME_SECS, self.reports.append, lambda: self.secs
        )

    async def _load(self, _key: str) -> str:
        read: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.reads.append(read)
        self._begun.set()
        return await read

    async def begun(self, count: int) -> None:
        while len(self.reads) < count:
            self._begun.clear()
            await self._begun.wait()

    async def warm(self, value: str = "old") -> None:
        waiting = asyncio.ensure_future(self.cache.get("k"))
        await self.begun(1)
        self.reads[0].set_result(value)
        assert await waiting == value


def run(case: Callable[[Source], Awaitable[None]]) -> None:
    async def main() -> None:
        source = Source()
        await case(source)
        await source.cache.close()

    asyncio.run(main())


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_one_read_however_many_wait_and_none_while_it_is_fresh() -> None:
    async def case(source: Source) -> None:
        waiting = [asyncio.ensure_future(source.cache.get("k")) for _ in range(100)]
        await source.begun(1)
        await settled()
        source.reads[0].set_result("v")
        assert await asyncio.gather(*waiting) == ["v"] * 100
        source.secs = LIFETIME_SECS - 1
        assert await source.cache.get("k") == "v"
        assert len(source.reads) == 1

    run(case)


def test_an_aged_value_is_handed_out_while_one_refresh_runs() -> None:
    async def case(source: Source) -> None:
        await source.warm()
        source.secs = LIFETIME_SECS
        assert [await source.cache.get("k") for _ in range(10)] == ["old"] * 10
        await source.begun(2)
        await settled()
        source.reads[1].set_result("new")
        await settled()
        assert await source.cache.get("k") == "new"
        assert len(source.reads) == 2

    run(case)


def test_a_refresh_that_fails_keeps_the_value_is_reported_and_pauses() -> None:
    async def case(source: Source) -> None:
        await source.warm()
        source.secs = LIFETIME_SECS
        assert await source.cache.get("k") == "old"
        await source.begun(2)
        source.reads[1].set_exception(BybitConnectionError("cut"))
        await settled()
        assert source.reports == ["A refresh of k failed, and the value read before is kept: cut"]
        assert source.cache.failures == 1
        source.secs += 29.9
        assert await source.cache.get("k") == "old"
        await settled()
        assert len(source.reads) == 2
        source.secs += 0.2
        assert await source.cache.get("k") == "old"
        await source.begun(3)

    run(case)


@pytest.mark.parametrize("fails", [False, True])
def test_a_value_twice_its_lifetime_old_is_waited_for(fails: bool) -> None:
    async def case(source: Source) -> None:
        await source.warm()
        source.secs = 2 * LIFETIME_SECS
        waiting = asyncio.ensure_future(source.cache.get("k"))
        await source.begun(2)
        assert not waiting.done()
        if fails:
            source.reads[1].set_exception(BybitConnectionError("cut"))
        else:
            source.reads[1].set_result("new")
        assert await waiting == ("old" if fails else "new")

    run(case)


def test_without_a_value_a_failure_reaches_everyone_who_waits_and_the_next_asks_again() -> None:
    async def case(source: Source) -> None:
        waiting = [asyncio.ensure_future(source.cache.get("k")) for _ in range(3)]
        await source.begun(1)
        source.reads[0].set_exception(BybitConnectionError("cut"))
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert {str(each) for each in results} == {"cut"}
        assert source.reports == []
        again = asyncio.ensure_future(source.cache.get("k"))
        await source.begun(2)
        source.reads[1].set_result("v")
        assert await again == "v"

    run(case)


def test_one_who_gives_up_waiting_does_not_take_the_value_from_the_others() -> None:
    async def case(source: Source) -> None:
        first, second = (asyncio.ensure_future(source.cache.get("k")) for _ in range(2))
        await source.begun(1)
        first.cancel()
        await settled()
        source.reads[0].set_result("v")
        assert await second == "v"
        assert first.cancelled()

    run(case)


def test_what_is_forgotten_on_its_way_is_not_kept() -> None:
    async def case(source: Source) -> None:
        waiting = asyncio.ensure_future(source.cache.get("k"))
        await source.begun(1)
        source.cache.forget("k")
        source.reads[0].set_result("v")
        assert await waiting == "v"
        assert source.cache.peek("k") is None

    run(case)


def test_closing_gives_up_what_is_on_its_way_and_keeps_values() -> None:
    async def case(source: Source) -> None:
        await source.warm()
        other = asyncio.ensure_future(source.cache.get("other"))
        await source.begun(2)
        await source.cache.close()
        with pytest.raises(asyncio.CancelledError):
            await other
        assert source.cache.peek("k") == "old"

    run(case)


def test_a_lifetime_is_above_zero() -> None:
    async def load(key: str) -> str:
        return key

    with pytest.raises(ValueError, match="lifetime_secs must be above 0; it is 0"):
        RefreshingCache(load, 0, print)
