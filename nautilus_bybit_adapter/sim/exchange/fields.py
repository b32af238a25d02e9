"""Fields of a request as they come over the wire: strings, flags and choices.

Source: Bybit V5 Place Order; texts of the errors as captured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .errors import bad_param
from .instruments import CATEGORIES

Params = Mapping[str, Any]
LINK_ID_LIMIT = 45
_LINK_ID = re.compile(r"[0-9A-Za-z_-]*")


def read_category(params: Params) -> str:
    """Return a known category or raise 10001."""
    category = params.get("category")
    if category not in CATEGORIES:
        raise bad_param("Illegal category" if category else "params error: Category is required")
    return str(category)


def is_given(params: Params, name: str) -> bool:
    """Whether a field is there and not empty."""
    value = params.get(name)
    return value is not None and value != ""


def read_flag(params: Params, name: str) -> bool:
    """Return a boolean that may come as JSON boolean or as text."""
    value = params.get(name)
    if value in (None, "", False, "false", "False"):
        return False
    if value in (True, "true", "True"):
        return True
    raise bad_param(f"params error: {name} invalid")


def read_text(params: Params, name: str) -> str:
    """Return a string, `""` when it is absent."""
    value = params.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_param(f"params error: {name} invalid")
    return value


def read_link_id(params: Params) -> str:
    """Return a valid `orderLinkId`, `""` when none is given."""
    link_id = read_text(params, "orderLinkId")
    if len(link_id) > LINK_ID_LIMIT:
        raise bad_param(f"order link id is longer than {LINK_ID_LIMIT}")
    if not _LINK_ID.fullmatch(link_id):
        raise bad_param("params error: OrderLinkId invalid")
    return link_id


def one_of(params: Params, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    """Return a field that must be one of `allowed`; an absent one is `default` when there is one."""
    value = params.get(name)
    if default is not None and not is_given(params, name):
        return default
    if not isinstance(value, str) or value not in allowed:
        raise bad_param(f"params error: {name} invalid")
    return value
