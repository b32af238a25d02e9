"""What a configuration wants of the account, checked before anything is asked of the venue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nautilus_bybit_adapter.errors import BybitConfigError
from nautilus_bybit_adapter.nt1.config import BybitExecClientConfig, check_transport_backend
from nautilus_bybit_adapter.wire.enums import BybitProductType, MarginMode, PositionMode

CONTRACTS = (BybitProductType.LINEAR, BybitProductType.INVERSE)
# Source: Bybit V5 order/dcp
SHORTEST_WINDOW_SECS, LONGEST_WINDOW_SECS = 3, 300
# What the official adapter's configuration has, and what does the same here.
REFUSED = {
    "use_gtd": "Bybit has no order that expires by itself; set manage_gtd_expiry=True in the strategy's "
    "configuration, and the framework cancels each GTD order at its time",
    "use_ws_execution_fast": "the topic execution.fast states no fees, so that fills would come without their "
    "commission; the topic execution is used",
    "use_http_batch_api": 'orders of a list go as batches the way every order goes; order_entry="http" is REST',
}


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """
    Settings the account is to have.

    Parameters
    ----------
    margin_mode : MarginMode or None
        ``None`` leaves it alone.
    position_modes : dict[str, PositionMode]
        By symbol or settlement coin, as configured.
    leverages : dict[str, int]
        By symbol, as configured.
    dcp_window_secs : int or None
        Disconnect protection, seconds; ``None`` for none.

    """

    margin_mode: MarginMode | None
    position_modes: dict[str, PositionMode]
    leverages: dict[str, int]
    dcp_window_secs: int | None

    @property
    def is_hedging(self) -> bool:
        """Whether any symbol is to hold a long and a short position side by side."""
        return PositionMode.HEDGE in self.position_modes.values()


def parse_account_terms(
    config: BybitExecClientConfig, categories: Iterable[BybitProductType]
) -> AccountTerms:
    """Return what a configuration wants; raises `BybitConfigError` for what cannot be had."""
    served = set(categories)
    _refuse_what_is_not_served(config)
    if config.order_entry not in {"ws", "http"}:
        raise BybitConfigError(f"order_entry {config.order_entry!r} is not known: ws and http are")
    if config.position_mode and BybitProductType.LINEAR not in served:
        raise BybitConfigError("position_mode needs LINEAR among product_types: no other has two modes")
    if config.futures_leverages and not served & set(CONTRACTS):
        raise BybitConfigError("futures_leverages needs LINEAR or INVERSE among product_types")
    terms = AccountTerms(
        margin_mode=_margin_mode(config.margin_mode),
        position_modes={key: _position_mode(key, mode) for key, mode in (config.position_mode or {}).items()},
        leverages={key: _leverage(key, value) for key, value in (config.futures_leverages or {}).items()},
        dcp_window_secs=_window(config.dcp_window_secs),
    )
    if terms.margin_mode is MarginMode.PORTFOLIO_MARGIN and terms.leverages:
        raise BybitConfigError(
            "futures_leverages cannot be set with margin_mode PORTFOLIO_MARGIN: it has none"
        )
    if terms.margin_mode is MarginMode.ISOLATED_MARGIN and config.precheck_orders:
        raise BybitConfigError(
            "precheck_orders does not exist with margin_mode ISOLATED_MARGIN: "
            "REGULAR_MARGIN and PORTFOLIO_MARGIN have it"
        )
    return terms


def _refuse_what_is_not_served(config: BybitExecClientConfig) -> None:
    for name, instead in REFUSED.items():
        if getattr(config, name):
            raise BybitConfigError(f"{name}=True is not supported: {instead}")
    check_transport_backend(config.transport_backend)


def _margin_mode(mode: Any) -> MarginMode | None:
    if mode is None:
        return None
    try:
        return MarginMode(str(mode))
    except ValueError:
        allowed = ", ".join(MarginMode)
        raise BybitConfigError(f"margin_mode {mode!r} is not known: {allowed} are") from None


def _position_mode(key: str, mode: Any) -> PositionMode:
    if isinstance(mode, PositionMode):
        return mode
    # A number, or the framework's own enum, whose text is the name.
    named = PositionMode.__members__.get(str(mode))
    if named is None and mode in set(PositionMode):
        named = PositionMode(mode)
    if named is None:
        raise BybitConfigError(
            f"position_mode {mode!r} of {key} is not known: MERGED_SINGLE and BOTH_SIDES are"
        )
    return named


def _leverage(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BybitConfigError(
            f"futures_leverages {value!r} of {key} is not allowed: whole numbers from 1 are"
        )
    return value


def _window(secs: int | None) -> int | None:
    if secs is not None and not SHORTEST_WINDOW_SECS <= secs <= LONGEST_WINDOW_SECS:
        raise BybitConfigError(
            f"dcp_window_secs {secs} is not allowed: {SHORTEST_WINDOW_SECS} to {LONGEST_WINDOW_SECS} are"
        )
    return secs
