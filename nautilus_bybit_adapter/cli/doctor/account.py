"""What the key may do, what kind of account it is, and how fast it may send."""

from __future__ import annotations

from nautilus_bybit_adapter.cli.doctor.findings import Finding, State
from nautilus_bybit_adapter.cli.doctor.hosts import advice_on_key
from nautilus_bybit_adapter.errors import BybitError
from nautilus_bybit_adapter.state.metrics import RestMetrics
from nautilus_bybit_adapter.transport.http import BybitHTTPClient
from nautilus_bybit_adapter.wire.account import BybitAccountInfo
from nautilus_bybit_adapter.wire.user import BybitApiKeyInfo

_API_PAGE = "change the key on Bybit's API page"
# What the clients ask for, by the permission that allows it: (group, word, what it is for).
_TRADING = (
    ("Spot", "SpotTrade", "spot orders"),
    ("ContractTrade", "Order", "linear and inverse orders"),
    ("ContractTrade", "Position", "positions and leverage"),
    ("Options", "OptionsTrade", "options orders"),
)
_DAYS_TO_WARN = 14
_UNIFIED = {3: "UTA 1.0", 4: "UTA 1.0 Pro", 5: "UTA 2.0", 6: "UTA 2.0 Pro"}
_FIRST_UTA_2 = 5
# Order requests a second on (futures, options, spot). Source: Bybit V5 "Rate Limit Rules".
_ORDER_RATES = {"VIP-1": (20, 20, 25), "VIP-2": (40, 40, 30)}
_DEFAULT_RATES, _HIGH_RATES = (10, 10, 20), (60, 60, 40)


async def check_account(client: BybitHTTPClient) -> list[Finding]:
    """Return what the venue says about the key and the account."""
    try:
        key = await client.get_api_key_info()
    except BybitError as e:
        return [
            Finding("key", State.WRONG, str(e), advice_on_key(e)),
            *(
                Finding(name, State.SKIPPED, "The venue does not take the key.")
                for name in ("permissions", "account mode", "limits", "requests")
            ),
        ]
    findings = [Finding("key", State.OK, "The venue takes it."), *check_permissions(key)]
    try:
        findings.append(check_mode(await client.get_account_info()))
    except BybitError as e:
        findings.append(Finding("account mode", State.WRONG, str(e), advice_on_key(e)))
    return [*findings, check_limits(key), check_requests(client.metrics())]


def check_permissions(key: BybitApiKeyInfo) -> list[Finding]:
    """Return what the key may and may not do, as far as it matters to a trader."""
    findings = []
    missing = [what for group, word, what in _TRADING if word not in key.permissions.get(group, [])]
    if key.read_only:
        said = "The key is read-only: every order will be refused"
        findings.append(Finding("permissions", State.WRONG, said, f"{_API_PAGE} to read-write"))
    elif len(missing) == len(_TRADING):
        said = "The key may not trade anything"
        findings.append(Finding("permissions", State.WRONG, said, f"{_API_PAGE}: allow what is to be traded"))
    elif missing:
        said = f"The key is not for {', '.join(missing)}"
        advice = f"{_API_PAGE}, if that is to be traded"
        findings.append(Finding("permissions", State.WARNING, said, advice))
    else:
        findings.append(Finding("permissions", State.OK, "The key trades spot, futures and options."))
    if "Withdraw" in key.permissions.get("Wallet", []):
        said = "The key may withdraw, which trading does not need and a thief would use"
        findings.append(Finding("withdrawals", State.WARNING, said, f"{_API_PAGE}: take the permission away"))
    if not key.ips or "*" in key.ips:
        said = "The key works from every address"
        if key.deadline_day > 0:
            said += f", and such a key expires ({key.deadline_day} days left)"
        advice = f"{_API_PAGE}: bind it to this machine's public address"
        findings.append(Finding("key address", State.WARNING, said, advice))
    elif 0 < key.deadline_day <= _DAYS_TO_WARN:
        said = f"The key expires in {key.deadline_day} days"
        findings.append(Finding("key expiry", State.WARNING, said, "make a new key before that"))
    return findings


def check_mode(info: BybitAccountInfo) -> Finding:
    """Return whether the account is one the clients trade with."""
    kind = _UNIFIED.get(info.unified_margin_status)
    if kind is None:
        said = f"The account is not a unified one (unifiedMarginStatus {info.unified_margin_status})"
        return Finding("account mode", State.WRONG, said, "upgrade it to a unified trading account on Bybit")
    said = f"{kind}, {info.margin_mode}"
    if info.unified_margin_status < _FIRST_UTA_2:
        return Finding(
            "account mode",
            State.WARNING,
            f"{said}: inverse contracts are outside the unified account",
            "upgrade it to UTA 2.0 on Bybit",
        )
    return Finding("account mode", State.OK, f"{said}.")


def check_limits(key: BybitApiKeyInfo) -> Finding:
    """Return how many order requests a second the account's level allows."""
    level = key.vip_level.upper().replace(" ", "-")
    is_high = level.startswith(("VIP", "PRO", "SUPREME")) and level not in _ORDER_RATES
    rates = _HIGH_RATES if is_high else _ORDER_RATES.get(level, _DEFAULT_RATES)
    said = (
        f"{key.vip_level or 'no level'}: {rates[0]} order requests a second on futures, {rates[1]} on options, "
        f"{rates[2]} on spot; 600 requests in 5 s from this address in all."
    )
    return Finding("limits", State.OK, said)


def check_requests(metrics: RestMetrics) -> Finding:
    """Return how the requests of this examination fared."""
    latency = metrics.latency
    said = (
        f"{metrics.requests} signed requests: half answered within {latency.p50_ms:,.0f} ms, "
        f"the slowest in {latency.max_ms:,.0f} ms; {metrics.waits.count} waited for a limit."
    )
    if metrics.failures:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(metrics.failures.items()))
        advice = "look at the connection, and at the venue's status page"
        return Finding("requests", State.WARNING, f"{said} Without an answer: {kinds}", advice)
    return Finding("requests", State.OK, said)
