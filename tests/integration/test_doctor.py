"""The doctor's findings: on the local venue, on one that refuses, and with none at all."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from click.testing import CliRunner
from scripted_venue import ScriptedVenue, ok, scripted_venue

from nautilus_bybit_adapter.cli import main as command
from nautilus_bybit_adapter.cli.doctor.access import Access
from nautilus_bybit_adapter.cli.doctor.examination import examine
from nautilus_bybit_adapter.cli.doctor.findings import Finding, State
from nautilus_bybit_adapter.sim import SimConfig, SimVenue
from nautilus_bybit_adapter.wire import Credentials
from nautilus_bybit_adapter.wire.enums import BybitEnvironment

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:1"
KEY = {
    "readOnly": 0,
    "permissions": {
        "Spot": ["SpotTrade"],
        "ContractTrade": ["Order", "Position"],
        "Options": ["OptionsTrade"],
    },
    "ips": ["127.0.0.1"],
    "vipLevel": "No VIP",
}
ACCOUNT = {"marginMode": "REGULAR_MARGIN", "unifiedMarginStatus": 6}


def states(findings: list[Finding]) -> dict[str, State]:
    return {each.check: each.state for each in findings}


def access_to(url: str, **options: Any) -> Access:
    sockets = "ws" + url.removeprefix("http") + "/v5"
    return Access(
        **{
            "credentials": Credentials("a-key-of-mine", "a-secret-of-mine"),
            "rest": url,
            "ws_public": f"{sockets}/public",
            "ws_private": f"{sockets}/private",
            "ws_trade": f"{sockets}/trade",
            "timeout_secs": 5.0,
            **options,
        }
    )


def on_scripted(
    case: Callable[[ScriptedVenue], Awaitable[None]], answers: dict[str, tuple[Any, int]] | None = None
) -> None:
    given = {"/v5/user/query-api": (KEY, 0), "/v5/account/info": (ACCOUNT, 0), **(answers or {})}

    async def rest(request: web.Request) -> web.StreamResponse | None:
        answer = given.get(request.path)
        return None if answer is None else ok(answer[0], answer[1], "no" if answer[1] else "OK")

    async def main() -> None:
        async with scripted_venue() as venue:
            venue.rest = rest
            await case(venue)

    asyncio.run(main())


def test_everything_is_right() -> None:
    async def case(venue: ScriptedVenue) -> None:
        findings = await examine(access_to(venue.url))
        assert set(states(findings).values()) == {State.OK}
        assert [each.check for each in findings] == [
            "environment",
            "REST host",
            "clock",
            "public socket",
            "private socket",
            "trade socket",
            "key",
            "permissions",
            "account mode",
            "limits",
            "requests",
        ]
        assert venue.sockets == []

    on_scripted(case)


def test_a_read_only_key() -> None:
    async def case(venue: ScriptedVenue) -> None:
        findings = await examine(access_to(venue.url))
        assert {name for name, state in states(findings).items() if state is State.WRONG} == {"permissions"}

    on_scripted(case, {"/v5/user/query-api": ({**KEY, "readOnly": 1}, 0)})


def test_a_key_that_is_refused_skips_what_depends_on_it() -> None:
    async def case(venue: ScriptedVenue) -> None:
        found = states(await examine(access_to(venue.url)))
        assert found["key"] is State.WRONG
        assert {found[name] for name in ("permissions", "account mode", "limits")} == {State.SKIPPED}

    on_scripted(case, {"/v5/user/query-api": ({}, 33004)})


def test_an_account_that_cannot_be_read() -> None:
    async def case(venue: ScriptedVenue) -> None:
        found = states(await examine(access_to(venue.url)))
        assert (found["account mode"], found["limits"]) == (State.WRONG, State.OK)

    on_scripted(case, {"/v5/account/info": ({}, 10005)})


@pytest.mark.parametrize("ahead_ms", [10_000, -10_000])
def test_a_clock_that_is_off(ahead_ms: int) -> None:
    async def main() -> None:
        config = SimConfig(market="quiet", clock=lambda: time.time_ns() // 1_000_000 + ahead_ms)
        async with SimVenue(config) as venue:
            access = access_to(venue.urls.rest, credentials=Credentials(venue.api_key, venue.api_secret))
            findings = {each.check: each for each in await examine(access)}
        clock = findings["clock"]
        assert clock.state is State.WARNING
        assert f"ms {'behind' if ahead_ms > 0 else 'ahead of'} the venue's" in clock.said
        assert "synchronise" in clock.advice
        # The client signs with the venue's time.
        assert findings["key"].state is State.OK

    asyncio.run(main())


def test_a_venue_that_does_not_answer() -> None:
    findings = asyncio.run(examine(access_to(NOWHERE, timeout_secs=0.5)))
    found = states(findings)
    wrong = {name for name, state in found.items() if state is State.WRONG}
    assert wrong == {"REST host", "public socket", "private socket", "trade socket"}
    assert {found[name] for name in ("clock", "key", "permissions", "account mode", "limits")} == {
        State.SKIPPED
    }
    assert all(each.advice for each in findings if each.state is State.WRONG)


def test_a_venue_whose_sockets_are_closed() -> None:
    async def case(venue: ScriptedVenue) -> None:
        venue.upgrade_status = 403
        found = states(await examine(access_to(venue.url, timeout_secs=1.0)))
        assert {name for name, state in found.items() if state is State.WRONG} == {
            "public socket",
            "private socket",
            "trade socket",
        }

    on_scripted(case)


def test_the_demo_environment_has_no_trade_socket() -> None:
    async def case(venue: ScriptedVenue) -> None:
        access = access_to(venue.url, environment=BybitEnvironment.DEMO, ws_trade=None)
        findings = {each.check: each for each in await examine(access)}
        assert findings["trade socket"].said == "The demo environment has none; orders go over REST."
        assert venue.connections["/v5/trade"] == 0

    on_scripted(case)


def test_without_a_key_the_market_is_looked_at_all_the_same() -> None:
    async def case(venue: ScriptedVenue) -> None:
        found = states(await examine(access_to(venue.url, credentials=None)))
        assert {name for name, state in found.items() if state is State.OK} == {
            "environment",
            "REST host",
            "clock",
            "public socket",
        }

    on_scripted(case)


# -- the command ---------------------------------------------------------------------------------------------


def doctor(*arguments: str) -> tuple[int, str]:
    """Run the command in this process; the exit code and all that was printed."""
    done = CliRunner(env={"BYBIT_API_KEY": "", "BYBIT_API_SECRET": "", "BYBIT_TESTNET": ""}).invoke(
        command, ["doctor", *arguments]
    )
    return done.exit_code, done.output


def test_the_command_on_the_local_venue(venue: dict[str, str]) -> None:
    arguments = ("--venue", venue["rest"], "--api-key", venue["api_key"], "--api-secret", venue["api_secret"])
    done = subprocess.run(
        [sys.executable, "-m", "nautilus_bybit_adapter.cli", "doctor", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 wrong" in done.stdout
    assert done.stderr == ""
    assert venue["api_secret"] not in done.stdout
    code, said = doctor(*arguments, "--json")
    report = json.loads(said)
    assert (code, report["is_right"], report["environment"]) == (0, True, "testnet")
    assert {each["state"] for each in report["checks"]} <= {"ok", "warning"}


@pytest.mark.parametrize(
    ("key", "words"), [("not-the-key", "the API key is invalid"), ("", "the signature is wrong")]
)
def test_a_wrong_key_and_a_wrong_secret(venue: dict[str, str], key: str, words: str) -> None:
    arguments = ("--venue", venue["rest"], "--api-key", key or venue["api_key"])
    code, said = doctor(*arguments, "--api-secret", "secret-of-mine")
    assert code == 1
    assert words in said
    assert "secret-of-mine" not in said
    assert "Traceback" not in said


def test_no_venue_and_no_key_are_told_and_end_with_one() -> None:
    code, said = doctor("--venue", NOWHERE, "--timeout", "0.5", "--json")
    report = json.loads(said)
    assert code == 1
    assert not report["is_right"]
    (key,) = [each for each in report["checks"] if each["check"] == "key"]
    assert "BYBIT_TESTNET_API_KEY" in key["said"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--venue", "ftp://venue"), "An address must begin with"),
        (("--rest", "http://example.com"), "this machine only"),
        (("--environment", "paper"), "'paper' is not one of"),
        (("--timeout", "0"), "0.1<=x<=120"),
    ],
)
def test_a_wrong_call_ends_with_two(arguments: tuple[str, ...], words: str) -> None:
    code, said = doctor(*arguments)
    assert code == 2
    assert words in " ".join(said.split())
