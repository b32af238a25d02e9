"""The framework's own Bybit adapter, name by name and field by field: it is here, or it says what to use.

Everything is read from the installed framework, so that nothing it gains is forgotten.
"""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import nautilus_trader.adapters.bybit as official
import pytest
from nautilus_trader.adapters.bybit import config as official_config
from nautilus_trader.adapters.bybit import execution as official_execution
from nautilus_trader.core import nautilus_pyo3

import nautilus_bybit_adapter as own
from nautilus_bybit_adapter.errors import BybitConfigError, BybitError, BybitNameError
from nautilus_bybit_adapter.nt1.execution.terms import REFUSED
from nautilus_bybit_adapter.nt1.mapping.order_params import SYNONYMS, BybitOrderParams

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "migrating.md").read_text()
CONFIGS = ("BybitDataClientConfig", "BybitExecClientConfig")
ENUMS = sorted(
    name
    for name, kind in {**vars(official_config), **vars(official)}.items()
    if name.startswith("Bybit") and hasattr(kind, "variants")
)
RESULTS = ("BybitMarginBorrowResult", "BybitMarginRepayResult", "BybitMarginStatusResult")


def in_guide(name: str) -> bool:
    return f"`{name}`" in GUIDE


@pytest.mark.parametrize("name", official.__all__)
def test_a_name_is_here_or_says_what_to_use(name: str) -> None:
    assert in_guide(name)
    if name in own.__all__:
        assert getattr(own, name) is not None
        return
    with pytest.raises(BybitNameError, match=f"^{name} is not in nautilus_bybit_adapter: .*[Bb]ybit"):
        getattr(own, name)


def test_what_is_said_of_a_name_survives_the_import() -> None:
    program = "from nautilus_bybit_adapter import BybitTickerData"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "BybitTickerData is not in nautilus_bybit_adapter: BybitTicker holds" in done.stderr


def test_a_name_of_neither_is_a_plain_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'BybitNonsense'"):
        _ = own.BybitNonsense
    assert issubclass(BybitNameError, BybitError)
    assert not own.REPLACED.keys() & set(own.__all__)


@pytest.mark.parametrize(
    ("config", "field"),
    [(name, field) for name in CONFIGS for field in getattr(official, name).__struct_fields__],
)
def test_a_field_is_here_with_its_default_or_a_documented_other(config: str, field: str) -> None:
    assert in_guide(field)
    theirs = inspect.signature(getattr(official, config)).parameters[field].default
    ours = inspect.signature(getattr(own, config)).parameters[field].default
    assert ours == theirs or (field, theirs, ours) == ("ws_auth_timeout_secs", 5.0, None)


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_the_same_members_and_values(name: str) -> None:
    assert in_guide(name)
    theirs, ours = getattr(nautilus_pyo3, name), getattr(own, name)
    members = {each: value for each, value in vars(theirs).items() if isinstance(value, theirs)}
    assert members
    assert {each: value.value for each, value in members.items()} == {
        each: ours.__members__[each].value for each in members
    }


def test_the_enums_are_all_there() -> None:
    assert {
        "BybitEnvironment",
        "BybitMarginAction",
        "BybitMarginMode",
        "BybitPositionIdx",
        "BybitPositionMode",
        "BybitProductType",
    } <= set(ENUMS)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_has_the_same_fields(name: str) -> None:
    theirs = {each for each in dir(getattr(nautilus_pyo3, name)) if not each.startswith("_")}
    assert theirs <= set(dir(getattr(own, name)))


def public(kind: type) -> set[str]:
    return {each for each in dir(kind) if not each.startswith("_")}


def test_the_provider_has_the_same_methods() -> None:
    theirs, ours = public(official.BybitInstrumentProvider), public(own.BybitInstrumentProvider)
    assert theirs <= ours
    provider = object.__new__(own.BybitInstrumentProvider)
    with pytest.raises(AttributeError, match=r"list_all\(\)"):
        _ = provider.instruments_pyo3


def params_keys() -> set[str]:
    """Return the keys that the framework's adapter reads of an order's params."""
    tree = ast.parse(inspect.getsource(official_execution))
    readers = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("_parse_")
    ]
    words = {
        node.value
        for reader in readers
        for node in ast.walk(reader)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {word for word in words if re.fullmatch(r"[a-z]+(_[a-z]+)+|mmp", word)}


def test_every_key_of_an_order_s_params_is_taken() -> None:
    keys = params_keys()
    assert {"take_profit", "position_idx", "bbo_level", "order_iv", "mmp", "is_leverage"} <= keys
    for key in keys:
        assert SYNONYMS.get(key, key) in BybitOrderParams.__struct_fields__, key
        assert in_guide(key), key
    for key in BybitOrderParams.__struct_fields__:
        assert in_guide(key), key


def test_every_refused_field_is_in_the_guide() -> None:
    for field in (*REFUSED, "transport_backend"):
        (row,) = [line for line in GUIDE.splitlines() if line.startswith(f"| `{field}`")]
        assert "refused" in row


@pytest.mark.parametrize("name", CONFIGS)
def test_the_framework_s_own_enums_are_taken(name: str) -> None:
    config = getattr(own, name)(
        environment=nautilus_pyo3.BybitEnvironment.DEMO,
        product_types=[nautilus_pyo3.BybitProductType.INVERSE, "spot"],
    )
    assert config.environment is own.BybitEnvironment.DEMO
    assert config.product_types == (own.BybitProductType.INVERSE, own.BybitProductType.SPOT)
    assert getattr(own, name)().environment is None, "TESTNET, which the client says"


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize(
    ("field", "value"), [("environment", "real"), ("product_types", ["linear", "perpetual"])]
)
def test_a_word_that_is_none_is_told(name: str, field: str, value: Any) -> None:
    with pytest.raises(BybitConfigError, match=f"^{field} '(real|perpetual)' is not known: .* are$"):
        getattr(own, name)(**{field: value})


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_goes_through_json_and_back(name: str) -> None:
    kind = getattr(own, name)
    config = kind(environment=own.BybitEnvironment.DEMO, product_types=(own.BybitProductType.OPTION,))
    assert kind.parse(msgspec.json.encode(config)) == config
