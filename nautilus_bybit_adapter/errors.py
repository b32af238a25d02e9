"""Every way a call to Bybit can fail, as types.

Each error carries `outcome`: what the failure says about an order, where the call concerned one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from nautilus_bybit_adapter.ret_codes import CREDENTIAL_CODES, Outcome, RetClass, lookup, outcome_of

__all__ = [
    "BybitApiError",
    "BybitAuthError",
    "BybitConfigError",
    "BybitConnectionError",
    "BybitCredentialsError",
    "BybitDecodeError",
    "BybitError",
    "BybitHistoryError",
    "BybitNameError",
    "BybitRateLimitError",
    "BybitStatusError",
    "BybitTimeoutError",
    "BybitTransportError",
    "BybitUnavailableError",
    "Outcome",
    "Reason",
    "api_error",
]


class BybitError(Exception):
    """The root of this package's errors.

    Attributes
    ----------
    outcome : Outcome
        What the failure says about an order.
    """

    outcome: Outcome = Outcome.UNKNOWN


class BybitConfigError(BybitError, ValueError):
    """A setting is wrong; nothing was sent."""

    outcome = Outcome.NOT_SENT


class BybitCredentialsError(BybitConfigError):
    """An API key or secret is missing or unusable."""


class BybitNameError(BybitError, ImportError):
    """A name of the framework's own adapter that is not here; the message says what to use."""

    outcome = Outcome.NOT_SENT


class BybitTransportError(BybitError):
    """The request or its answer was lost on the way.

    Parameters
    ----------
    message : str
        What happened, in one sentence.
    outcome : Outcome, default Outcome.UNKNOWN
        What it says about an order.
    """

    def __init__(self, message: str, outcome: Outcome = Outcome.UNKNOWN) -> None:
        super().__init__(message)
        self.outcome = outcome


class BybitTimeoutError(BybitTransportError):
    """No answer arrived in time."""


class BybitConnectionError(BybitTransportError):
    """There is no connection, or it broke."""


class BybitStatusError(BybitTransportError):
    """The answer has an HTTP status other than 200.

    Parameters
    ----------
    message : str
        What happened, in one sentence.
    status : int
        The HTTP status.
    outcome : Outcome, default Outcome.UNKNOWN
        What it says about an order.
    """

    def __init__(self, message: str, status: int, outcome: Outcome = Outcome.UNKNOWN) -> None:
        super().__init__(message, outcome)
        self.status = status


class BybitRateLimitError(BybitTransportError):
    """A request waited for a rate limit until its deadline, or must not be sent at all for a while.

    Nothing was sent.

    Parameters
    ----------
    message : str
        What happened, in one sentence.
    retry_in_secs : float or None
        After how many seconds another attempt makes sense, where that is known.
    """

    def __init__(self, message: str, retry_in_secs: float | None = None) -> None:
        super().__init__(message, Outcome.NOT_SENT)
        self.retry_in_secs = retry_in_secs


class BybitUnavailableError(BybitTransportError):
    """The host failed several times in a row and is left alone for a while; nothing was sent.

    Parameters
    ----------
    message : str
        What happened, in one sentence.
    host : str
        The host.
    retry_in_secs : float
        After how many seconds it is asked again.
    """

    def __init__(self, message: str, host: str, retry_in_secs: float) -> None:
        super().__init__(message, Outcome.NOT_SENT)
        self.host = host
        self.retry_in_secs = retry_in_secs


class BybitDecodeError(BybitError):
    """The venue sent something that cannot be read.

    Parameters
    ----------
    message : str
        What could not be read, and why.
    topic : str
        The topic or operation it belongs to.
    excerpt : bytes
        Its first 80 bytes.
    """

    def __init__(self, message: str, *, topic: str = "", excerpt: bytes = b"") -> None:
        super().__init__(message)
        self.topic = topic
        self.excerpt = excerpt[:80]


class BybitHistoryError(BybitError, ValueError):
    """An archive or a recording cannot be used as it is.

    Parameters
    ----------
    path : str
        The file.
    line : int
        The line at fault, from 1; 0 where it is the file.
    reason : str
        What is wrong, and what is allowed.
    """

    outcome = Outcome.NOT_SENT

    def __init__(self, path: str, line: int, reason: str) -> None:
        where = f"{path}, line {line}" if line else path
        super().__init__(f"{where}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason

    def __reduce__(self) -> tuple[type[BybitHistoryError], tuple[str, int, str]]:
        return type(self), (self.path, self.line, self.reason)


_SIGNED_TEXT = re.compile(r"origin_string\[.*\]", re.DOTALL)


class Reason(NamedTuple):
    """One of several reasons the venue gives for a refusal.

    Attributes
    ----------
    code : str
        The venue's code of it.
    text : str
        The venue's own words.
    """

    code: str
    text: str


class BybitApiError(BybitError):
    """The venue answered with a `retCode` other than 0.

    Parameters
    ----------
    operation : str
        What was asked, such as `POST /v5/order/create` or `order.create`.
    ret_code : int
        The venue's code.
    ret_msg : str
        The venue's own text.
    reasons : tuple of Reason
        The reasons it gives one by one, as for a margin mode that cannot be set; mostly none.

    Attributes
    ----------
    meaning : str
        What the code means.
    ret_class : RetClass
        How to react to the code.
    """

    def __init__(self, operation: str, ret_code: int, ret_msg: str, reasons: tuple[Reason, ...] = ()) -> None:
        row = lookup(ret_code)
        # The venue repeats what it was to verify, the key among it.
        ret_msg = _SIGNED_TEXT.sub("origin_string[...]", ret_msg)
        coded = f" with {ret_code} ({row.meaning})" if ret_code else ""
        listed = "; ".join(f"{reason.text} ({reason.code})" for reason in reasons)
        said = ": ".join(filter(None, (ret_msg, listed))) or "no reason given"
        super().__init__(f"Bybit refused {operation}{coded}: {said}")
        self.operation = operation
        self.ret_code = ret_code
        self.ret_msg = ret_msg
        self.reasons = reasons
        self.meaning: str = row.meaning
        self.ret_class: RetClass = row.ret_class
        self.outcome = outcome_of(ret_code)


class BybitAuthError(BybitApiError):
    """The venue refused the credentials; `ret_code` is 0 where the private socket gives a text only."""

    def __init__(self, operation: str, ret_code: int, ret_msg: str, reasons: tuple[Reason, ...] = ()) -> None:
        super().__init__(operation, ret_code, ret_msg, reasons)
        if not ret_code:
            self.meaning = "the credentials were refused"
            self.ret_class = RetClass.ACCOUNT
            self.outcome = Outcome.REJECTED


def api_error(operation: str, ret_code: int, ret_msg: str, reasons: tuple[Reason, ...] = ()) -> BybitApiError:
    """Return the error for a code: `BybitAuthError` where the credentials are refused."""
    error_type = BybitAuthError if ret_code in CREDENTIAL_CODES else BybitApiError
    return error_type(operation, ret_code, ret_msg, reasons)
