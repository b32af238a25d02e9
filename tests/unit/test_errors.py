from __future__ import annotations

import pytest

from nautilus_bybit_adapter.errors import (
    BybitApiError,
    BybitAuthError,
    BybitConfigError,
    BybitDecodeError,
    BybitError,
    BybitStatusError,
    BybitTimeoutError,
    BybitTransportError,
    Outcome,
    api_error,
)


def test_an_api_error_says_what_was_asked_and_what_the_code_means() -> None:
    error = api_error("order.create", 110007, "ab not enough for new order")
    assert isinstance(error, BybitApiError)
    assert (error.operation, error.ret_code, error.outcome) == ("order.create", 110007, Outcome.REJECTED)
    assert (
        str(error) == "Bybit refused order.create with 110007 (the available balance is insufficient): "
        "ab not enough for new order"
    )


@pytest.mark.parametrize("code", [10003, 10004, 10005, 10007, 10010, 33004, -2015])
def test_refused_credentials_are_a_type_of_their_own(code: int) -> None:
    assert type(api_error("auth", code, "")) is BybitAuthError


def test_a_refused_auth_without_a_code_does_not_read_ok() -> None:
    error = BybitAuthError("auth", 0, "Params Error")
    assert str(error) == "Bybit refused auth: Params Error"
    assert error.outcome is Outcome.REJECTED


def test_config_errors_are_value_errors_and_nothing_was_sent() -> None:
    assert issubclass(BybitConfigError, ValueError)
    assert BybitConfigError("x").outcome is Outcome.NOT_SENT


def test_transport_errors_carry_their_outcome() -> None:
    assert BybitTimeoutError("x").outcome is Outcome.UNKNOWN
    assert BybitTransportError("x", Outcome.NOT_SENT).outcome is Outcome.NOT_SENT
    assert BybitStatusError("x", 403, Outcome.REJECTED).status == 403


def test_every_error_has_an_outcome() -> None:
    def all_types(root: type[BybitError]) -> set[type[BybitError]]:
        return {root}.union(*(all_types(child) for child in root.__subclasses__()))

    assert all(isinstance(error.outcome, Outcome) for error in all_types(BybitError))


def test_a_decode_error_keeps_eighty_bytes() -> None:
    assert BybitDecodeError("x", topic="order", excerpt=b"y" * 200).excerpt == b"y" * 80


def test_the_text_that_was_signed_does_not_get_into_the_message() -> None:
    error = BybitApiError(
        "GET /v5/x", 10004, "error sign! origin_string[1795339526125my-key5000symbol=BTCUSDT]"
    )
    assert "my-key" not in f"{error} {error.ret_msg} {error!r}"
    assert error.ret_msg == "error sign! origin_string[...]"
