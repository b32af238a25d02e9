"""Configuration of the local venue."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from .clock import wall_ms
from .exchange.catalogue import Catalogue, default_catalogue, read_catalogue
from .exchange.generated import generated_catalogue
from .exchange.instruments import CATEGORIES, Instrument
from .faults.spec import FaultError, FaultSpec, parse_fault
from .market.params import FlowParams
from .server.auth import Credentials
from .server.bounds import Bounds
from .server.rsa_key import RsaKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MARKETS = ("synthetic", "quiet")
# Beyond it the frames of seconds fall into one push.
HIGHEST_SPEED = 1000
HIGHEST_PORT = 65_535
_TOKEN = re.compile(r"[0-9A-Za-z._-]{8,200}")


class ConfigError(ValueError):
    """A configuration the venue cannot start with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimConfig:
    """What a local venue starts with.

    Parameters
    ----------
    host : str
        Address to listen on; only a loopback address unless `allow_remote`.
    port : int
        TCP port, 0 for any free one.
    market : str
        `synthetic` for seeded order flow, `quiet` for a static book that only the client and tests move.
    replay : Path or tuple of Path, optional
        Recordings (`*.frames.gz`) and Bybit archives (`*.data.zip`, `*.csv.gz`); their symbols are replayed,
        the others follow `market`.
    category : str, optional
        Category of the recordings whose file name and content do not tell it.
    speed : float
        Recorded seconds per second of the venue's clock.
    rpi_maker : bool
        Whether the account is approved for retail price improvement orders.
    mnt_price : Decimal, optional
        Fees are paid in MNT, at Bybit's discount, as long as the account holds enough of it; dollars per MNT where
        no MNTUSDT is traded.
    fee_tax : Decimal
        Tax on fees as a fraction of them, told as `extraFees`; at most 1.
    seed : int
        Seed of the flow and of the ids.
    flow : FlowParams
        Shape of the synthetic flow.
    balances : mapping of str to Decimal
        Coins of the account.
    leverage : Decimal
        Leverage of every linear symbol at the start.
    api_key, api_secret : str
        The account's credentials.
    rsa_public_key : Path or str, optional
        Public key (PEM file or text) of an RSA pair; requests are then signed with the private half instead of
        `api_secret`.
    rate_limits : bool
        Whether Bybit's default request limits are enforced.
    ip_ban_s : float
        How long an address is shut out after more than 600 requests in five seconds, s.
    smp_group : int or str
        What orders carry as `smpGroup`: the number 0, or a string as late-2026 answers do.
    catalogue : Path or int, optional
        A JSON file of instruments, or how many are to be generated; the shipped catalogue by default.
    instruments : tuple of Instrument
        What is traded; those of the catalogue by default.
    collateral : mapping of str to Decimal
        Share of a coin's value that backs positions; that of the catalogue by default.
    allow_remote : bool
        Whether another than a loopback address may be listened on; it needs `admin_token` too.
    faults : tuple of str or FaultSpec
        What goes wrong from the start, as `KIND[:key=value,...]`.
    bounds : Bounds
        How much one client may ask for.
    admin_port : int, optional
        TCP port of the admin side, 0 for any free one; without it there is none.
    admin_token : str
        What admin requests have to carry; needed on another than a loopback address.
    web : bool
        Whether the admin side shows the page.
    state : Path, optional
        File that keeps what the venue acknowledged; one that exists is gone on from, and its account and
        catalogue are taken instead of those given here.
    clock : callable, optional
        Returns the venue's time in ms; wall time by default.
    """

    host: str = "127.0.0.1"
    port: int = 0
    market: str = "synthetic"
    replay: Path | tuple[Path, ...] | None = None
    category: str | None = None
    speed: float = 1.0
    rpi_maker: bool = False
    mnt_price: Decimal | None = None
    fee_tax: Decimal = Decimal(0)
    seed: int = 1
    flow: FlowParams = field(default_factory=FlowParams)
    balances: Mapping[str, Decimal] = field(
        default_factory=lambda: {"USDT": Decimal(100_000), "BTC": Decimal(1), "ETH": Decimal(10)}
    )
    leverage: Decimal = Decimal(10)
    api_key: str = "sim-key"
    api_secret: str = field(default="sim-secret", repr=False)
    rsa_public_key: Path | str | None = None
    rate_limits: bool = True
    ip_ban_s: float = 600.0
    smp_group: int | str = 0
    catalogue: Path | int | None = None
    instruments: tuple[Instrument, ...] = ()
    collateral: Mapping[str, Decimal] = field(default_factory=dict)
    allow_remote: bool = False
    faults: tuple[str | FaultSpec, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)
    admin_port: int | None = None
    admin_token: str = field(default="", repr=False)
    web: bool = False
    state: Path | None = None
    clock: Callable[[], int] | None = None

    def __post_init__(self) -> None:
        if self.market not in MARKETS:
            raise ConfigError(f"market must be one of {', '.join(MARKETS)}, got {self.market!r}")
        if self.category is not None and self.category not in CATEGORIES:
            raise ConfigError(f"category must be one of {', '.join(CATEGORIES)}, got {self.category!r}")
        if not 0 < self.speed <= HIGHEST_SPEED:
            raise ConfigError(f"speed must be above 0 and at most 1000, got {self.speed}")
        for port in (self.port, self.admin_port or 0):
            if not 0 <= port <= HIGHEST_PORT:
                raise ConfigError(f"port must be from 0 to 65535, got {port}")
        if not self.api_key or not self.api_secret:
            raise ConfigError("api_key and api_secret must not be empty")
        for coin, amount in self.balances.items():
            if not amount.is_finite() or amount < 0:
                raise ConfigError(f"balance of {coin} must not be negative, got {amount}")
        self._check_fees()
        self._check_admin()
        _ = self.credentials
        found = self._load()
        object.__setattr__(self, "instruments", self.instruments or found.instruments)
        object.__setattr__(self, "collateral", self.collateral or found.collateral)
        try:
            _ = self.fault_specs
        except FaultError as e:
            raise ConfigError(str(e)) from e

    def _check_fees(self) -> None:
        if self.mnt_price is not None and not (self.mnt_price.is_finite() and self.mnt_price > 0):
            raise ConfigError(f"mnt_price must be above 0, got {self.mnt_price}")
        if not (self.fee_tax.is_finite() and 0 <= self.fee_tax <= 1):
            raise ConfigError(f"fee_tax must be from 0 to 1, got {self.fee_tax}")

    def _check_admin(self) -> None:
        if not self.allow_remote and not is_loopback(self.host):
            raise ConfigError(
                f"host {self.host} is no loopback address; the venue serves a known key, "
                "so listening there needs --allow-remote"
            )
        if self.admin_token and not _TOKEN.fullmatch(self.admin_token):
            raise ConfigError("admin_token must be 8 to 200 letters, digits, dots, dashes or underscores")
        if not is_loopback(self.host) and not self.admin_token:
            raise ConfigError(f"host {self.host} is no loopback address, so an admin token is needed")

    @property
    def recordings(self) -> tuple[Path, ...]:
        """Recordings to replay."""
        if self.replay is None:
            return ()
        return self.replay if isinstance(self.replay, tuple) else (self.replay,)

    @property
    def credentials(self) -> Credentials:
        """Who may sign.

        Raises
        ------
        ConfigError
            When the public key cannot be used.
        """
        given = self.rsa_public_key
        if given is None:
            return Credentials(self.api_key, self.api_secret)
        name = str(given) if isinstance(given, Path) else "rsa_public_key"
        try:
            pem = given.read_text() if isinstance(given, Path) else given
            return Credentials(self.api_key, "", RsaKey(pem))
        except OSError as e:
            raise ConfigError(f"{name}: cannot be read: {e.strerror or e}") from e
        except ValueError as e:
            raise ConfigError(f"{name} {e}") from None

    def _load(self) -> Catalogue:
        now_ms = (self.clock or wall_ms)()
        try:
            if self.catalogue is None:
                return default_catalogue(now_ms)
            if isinstance(self.catalogue, int):
                return generated_catalogue(self.catalogue, now_ms)
            return read_catalogue(self.catalogue, now_ms)
        except ValueError as e:
            raise ConfigError(str(e)) from e

    @property
    def fault_specs(self) -> tuple[FaultSpec, ...]:
        """Faults set from the start."""
        return tuple(map(_fault, self.faults))


def _fault(fault: str | FaultSpec) -> FaultSpec:
    return fault if isinstance(fault, FaultSpec) else parse_fault(fault)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
