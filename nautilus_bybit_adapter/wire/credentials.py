"""Which environment to trade in, and with which key.

Nothing but `environment=BybitEnvironment.MAINNET` in the config leads to real money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nautilus_bybit_adapter.errors import BybitConfigError, BybitCredentialsError
from nautilus_bybit_adapter.wire.enums import BybitEnvironment
from nautilus_bybit_adapter.wire.signing import Credentials, is_pem

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})

_VARIABLES = {
    BybitEnvironment.MAINNET: (("BYBIT_API_KEY", "BYBIT_API_SECRET"),),
    BybitEnvironment.DEMO: (
        ("BYBIT_DEMO_API_KEY", "BYBIT_DEMO_API_SECRET"),
        ("BYBIT_API_KEY", "BYBIT_API_SECRET"),
    ),
    BybitEnvironment.TESTNET: (
        ("BYBIT_TESTNET_API_KEY", "BYBIT_TESTNET_API_SECRET"),
        ("BYBIT_API_KEY", "BYBIT_API_SECRET"),
    ),
}


def resolve_environment(
    environment: BybitEnvironment | None, environ: Mapping[str, str]
) -> tuple[BybitEnvironment, bool]:
    """Return the environment to use, and whether it was chosen by default.

    Parameters
    ----------
    environment : BybitEnvironment or None
        The config's value; it wins over the variable.
    environ : Mapping of str to str
        The process's variables, of which `BYBIT_TESTNET` (true when unset) is read.

    Raises
    ------
    BybitConfigError
        If `BYBIT_TESTNET` is false without a configured environment, or is no boolean.
    """
    if environment is not None:
        return environment, False
    raw = environ.get("BYBIT_TESTNET", "").strip()
    if not raw or raw.lower() in _TRUE:
        return BybitEnvironment.TESTNET, True
    if raw.lower() in _FALSE:
        raise BybitConfigError(
            f"BYBIT_TESTNET={raw} does not select an environment: real money needs "
            "environment=BybitEnvironment.MAINNET in the config."
        )
    raise BybitConfigError(
        f"BYBIT_TESTNET must be one of true, false, 1, 0, yes, no, on, off; it is {raw!r}."
    )


def resolve_credentials(
    environment: BybitEnvironment,
    api_key: str | None,
    api_secret: str | None,
    environ: Mapping[str, str],
) -> Credentials:
    r"""Return the key and secret from the config, else from the environment's own variables.

    Parameters
    ----------
    environment : BybitEnvironment
        Where they will be used; `TESTNET` and `DEMO` look at their own variables first
        (`BYBIT_TESTNET_API_KEY`, `BYBIT_DEMO_API_KEY`), then at `BYBIT_API_KEY`.
    api_key, api_secret : str or None
        The config's values; both or neither. The secret of an RSA key is its private key as PEM text, whose
        line breaks may be written as `\n`.
    environ : Mapping of str to str
        The process's variables.

    Raises
    ------
    BybitCredentialsError
        If there are none, or only one of a pair, or a secret that looks like a private key cannot be read.
    """
    if api_key or api_secret:
        return _pair(api_key or "", api_secret or "", "api_key", "api_secret", "the config")
    for key_name, secret_name in _VARIABLES[environment]:
        key, secret = environ.get(key_name, ""), environ.get(secret_name, "")
        if key or secret:
            return _pair(key, secret, key_name, secret_name, "the environment variables")
    looked_for = ", ".join(name for pair in _VARIABLES[environment] for name in pair)
    raise BybitCredentialsError(
        f"No API credentials for Bybit {environment}: set api_key and api_secret in the config, "
        f"or one pair of the variables {looked_for}."
    )


def _pair(key: str, secret: str, key_name: str, secret_name: str, where: str) -> Credentials:
    key, secret = key.strip(), secret.strip()
    if is_pem(secret):
        # A variable holds one line, so line breaks are often written out there.
        secret = secret.replace("\\n", "\n")
    for value, name, other in ((key, key_name, secret_name), (secret, secret_name, key_name)):
        if not value:
            raise BybitCredentialsError(f"{other} is set in {where}, but {name} is missing.")
        # Headers carry the key as it is, and both are plain ASCII at the venue.
        if value is secret and is_pem(secret):
            continue
        if not value.isascii() or not value.isprintable() or " " in value:
            raise BybitCredentialsError(f"{name} in {where} holds a character no Bybit key has.")
    return Credentials(key, secret)
