"""Every struct has the fields of the venue's field lists, no other, and reads what the venue sends."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import bybit_fields as fields
import msgspec
import pytest
from bybit_answers import (
    ANSWERS,
    LEFT_OUT,
    Answer,
    fits,
    row_shape,
    shapes,
    struct_in,
    wire_types,
)
from bybit_shapes import Fields, Items
from venue_requests import REQUESTS
from venue_walk import WalkedVenue

from nautilus_bybit_adapter.wire import BybitOrder, BybitWallet, decode_row
from nautilus_bybit_adapter.wire.words import known_words, unknown_words

ALL = shapes()
SHAPED = pytest.mark.parametrize(
    ("struct", "shape"), [each[1:] for each in ALL], ids=[each[0] for each in ALL]
)


def pairs(struct: type[msgspec.Struct], shape: Any) -> Iterator[tuple[type[msgspec.Struct], Fields]]:
    """A struct and its shape, and those inside it."""
    if not isinstance(shape, Fields):
        return
    yield struct, shape
    types = wire_types(struct)
    for name, inner in (shape.required | shape.optional).items():
        within = struct_in(types[name]) if name in types else None
        inner_shape = inner.shape if isinstance(inner, Items) else inner
        if within is not None:
            yield from pairs(within, inner_shape)


@SHAPED
def test_no_field_of_the_list_is_missing_and_each_has_its_type(
    struct: type[msgspec.Struct], shape: Any
) -> None:
    for each, part in pairs(struct, shape):
        types = wire_types(each)
        listed = part.required | part.optional
        assert listed.keys() - types.keys() == LEFT_OUT.get(each, set()), each
        for name in listed.keys() & types.keys():
            assert fits(types[name], listed[name]), (each, name)


def test_no_struct_has_a_field_that_no_list_has() -> None:
    listed: defaultdict[type[msgspec.Struct], set[str]] = defaultdict(set)
    for _, struct, shape in ALL:
        for each, part in pairs(struct, shape):
            listed[each] |= part.required.keys() | part.optional.keys()
    # The category beside a list is filled into its rows; a transfer's amounts come where they are asked for.
    for struct, names in listed.items():
        assert wire_types(struct).keys() - names <= {"category"}, struct


def test_candles_are_read_by_place() -> None:
    trade, price = (row_shape(shape, "list") for shape in (fields._KLINE, fields._PRICE_KLINE))
    struct = ANSWERS["GET /v5/market/kline"].struct
    assert (len(trade), len(price), len(wire_types(struct))) == (7, 5, 7)
    row = decode_row(b'["1","2","3","4","5","6","7"]', struct)
    assert msgspec.structs.astuple(row) == tuple("1234567")
    assert msgspec.structs.astuple(decode_row(b'["1","2","3","4","5"]', struct)) == (*"12345", "", "")
    assert msgspec.structs.astuple(decode_row(b"[1,2.50,3,4,5]", struct))[:2] == ("1", "2.50")


def sample(shape: Any) -> Any:
    """A value of a shape."""
    if isinstance(shape, Fields):
        return {name: sample(each) for name, each in (shape.required | shape.optional).items()}
    if isinstance(shape, Items):
        return [sample(shape.shape)]
    if isinstance(shape, tuple):
        return [sample(each) for each in shape]
    if isinstance(shape, list):
        return sample(shape[-1])
    return {"s": "1", "n": 1, "b": True, "null": None, "o": {}}[shape]


def read(row: Any, struct: type[msgspec.Struct]) -> Any:
    return decode_row(json.dumps(row).encode(), struct)


OBJECTS = [each for each in ALL if isinstance(each[2], Fields)]
AN_OBJECT = pytest.mark.parametrize(
    ("struct", "shape"), [each[1:] for each in OBJECTS], ids=[each[0] for each in OBJECTS]
)


@AN_OBJECT
def test_a_field_that_is_missing_is_an_error_only_where_nothing_works_without_it(
    struct: type[msgspec.Struct], shape: Fields
) -> None:
    whole = sample(shape)
    needed = {each.encode_name for each in msgspec.structs.fields(struct) if each.required}
    for name in whole:
        for row in ({k: v for k, v in whole.items() if k != name}, {**whole, name: None}):
            if name in needed:
                with pytest.raises(msgspec.DecodeError):
                    read(row, struct)
            else:
                assert isinstance(read(row, struct), struct)


@AN_OBJECT
def test_numbers_and_texts_may_be_each_other(struct: type[msgspec.Struct], shape: Fields) -> None:
    whole = sample(shape)
    expected = read(whole, struct)
    turned = {str: 1, int: "1", bool: "true"}
    for name, value in whole.items():
        if type(value) in turned:
            assert read({**whole, name: turned[type(value)]}, struct) == expected, name
    assert read({**whole, "aFieldOfTomorrow": {"x": 1}}, struct) == expected


@AN_OBJECT
def test_a_number_keeps_its_digits_in_a_text_field(struct: type[msgspec.Struct], shape: Fields) -> None:
    whole = sample(shape)
    names = {each.encode_name: each.name for each in msgspec.structs.fields(struct)}
    for name, value in whole.items():
        if value == "1" and name in names:
            text = json.dumps({**whole, name: 0}).replace(f'"{name}": 0', f'"{name}": 0.10000000000000000001')
            row = decode_row(text.encode(), struct)
            assert getattr(row, names[name]) == "0.10000000000000000001"


@AN_OBJECT
def test_a_word_of_tomorrow_is_kept_and_told(struct: type[msgspec.Struct], shape: Fields) -> None:
    names = {each.name: each.encode_name for each in msgspec.structs.fields(struct)}
    whole = sample(shape)
    for name, words in known_words(struct).items():
        if names[name] not in whole:
            continue
        row = read({**whole, names[name]: "Tomorrow"}, struct)
        assert getattr(row, name) == "Tomorrow"
        assert unknown_words([row, row])[f"{struct.__name__}.{name}=Tomorrow"] == 2
        known = read({**whole, names[name]: min(words)}, struct)
        assert not any(f".{name}=" in each for each in unknown_words([known]))


def rows_of(result: Any, answer: Answer) -> list[Any]:
    """The rows of an answer."""
    if answer.rows in {"", "[]"}:
        return result if answer.rows else [result]
    found = result[answer.rows]
    return found if isinstance(found, list) else [found]


@pytest.fixture(scope="module")
def walked() -> dict[str, list[Any]]:
    """Every answer of the local venue, by path."""
    venue = WalkedVenue()
    answers: defaultdict[str, list[Any]] = defaultdict(list)
    for route, params in REQUESTS:
        if route == "LATER":
            venue.after(params["ms"])
        else:
            answers[route].append(venue.result(route, **params))
    return answers


def unread(value: Any, struct: type[msgspec.Struct]) -> set[str]:
    """Names in a value that the struct does not read."""
    if not isinstance(value, dict):
        return set()
    types = wire_types(struct)
    found = value.keys() - types.keys() - LEFT_OUT.get(struct, set())
    for name in value.keys() & types.keys():
        within = struct_in(types[name])
        items = value[name] if isinstance(value[name], list) else [value[name]]
        for item in items if within is not None else []:
            found |= unread(item, within)  # type: ignore[arg-type]
    return found


# The venue refuses these on an account in cross margin.
ALWAYS_REFUSED = {"POST /v5/position/add-margin"}


@pytest.mark.parametrize("route", sorted(ANSWERS.keys() - ALWAYS_REFUSED))
def test_the_venues_answer_is_read_to_the_letter(walked: dict[str, list[Any]], route: str) -> None:
    answer = ANSWERS[route]
    decoder = msgspec.json.Decoder(answer.struct, strict=True)
    for result in walked[route]:
        for row in rows_of(result, answer):
            assert unread(row, answer.struct) == set()
            if answer.struct is BybitOrder:
                # The venue sends a number or a text as it likes; the field is read as text.
                row["smpGroup"] = str(row["smpGroup"])
            strict = decoder.decode(json.dumps(row))
            assert strict == read(row, answer.struct)
            assert not unknown_words([strict])


def test_a_wallets_coin_that_defies_reading_takes_the_wallet_with_it() -> None:
    wallet = sample(row_shape(fields.ENDPOINTS["GET /v5/account/wallet-balance"], "list"))
    del wallet["coin"][0]["walletBalance"]
    with pytest.raises(msgspec.DecodeError, match="walletBalance"):
        read(wallet, BybitWallet)
