from __future__ import annotations

import asyncio

import pytest

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.connection import EnvironmentNotice, or_one_sentence
from nautilus_bybit_adapter.wire.enums import BybitEnvironment


class Lines:
    """A logger that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def info(self, message: str) -> None:
        self.told.append(("info", message))

    def warning(self, message: str) -> None:
        self.told.append(("warning", message))

    def error(self, message: str) -> None:
        self.told.append(("error", message))


def test_a_config_without_an_environment_is_told_once_that_it_is_on_testnet() -> None:
    log = Lines()
    notice = EnvironmentNotice(BybitEnvironment.TESTNET, by_default=True)
    notice.say(log)
    notice.say(log)
    (warning,) = [text for level, text in log.told if level == "warning"]
    assert "TESTNET" in warning
    assert "environment=BybitEnvironment.DEMO or BybitEnvironment.MAINNET (real money)" in warning


def test_a_chosen_environment_is_named_and_not_warned_of() -> None:
    log = Lines()
    EnvironmentNotice(BybitEnvironment.MAINNET, by_default=False).say(log)
    assert log.told == [("info", "Environment: MAINNET")]


def test_what_the_configuration_objects_to_is_one_sentence_and_the_node_ends() -> None:
    log = Lines()
    reasons: list[str] = []

    async def connect() -> None:
        raise BybitConfigError("product_types OPTION is not supported: SPOT, LINEAR are")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(or_one_sentence(connect(), log, reasons.append))
    assert log.told == [("error", "Cannot connect: product_types OPTION is not supported: SPOT, LINEAR are")]
    assert len(reasons) == 1
