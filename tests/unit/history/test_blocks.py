"""Unpacking: whole texts in blocks, and a typed error for everything that is not whole."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
from archives import write_zip

from nautilus_bybit_adapter.errors import BybitHistoryError
from nautilus_bybit_adapter.history.blocks import BLOCK_BYTES, TextBlocks, sha256_of

# Does not pack well, so that a cut is in the middle of something.
TEXT = "".join(f"{number * 7919 % 1_000_003} {number}\n" for number in range(30_000)).encode()


def test_every_kind_of_file_gives_its_text_in_small_blocks(tmp_path: Path) -> None:
    packed, plain = tmp_path / "a.csv.gz", tmp_path / "a.csv"
    packed.write_bytes(gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]))
    plain.write_bytes(TEXT)
    bundle = write_zip(tmp_path / "a.zip", [TEXT.decode()], end="")
    for path in (packed, plain, bundle):
        blocks = TextBlocks(path)
        found = list(blocks)
        assert b"".join(found) == TEXT
        assert max(map(len, found)) <= BLOCK_BYTES
        assert blocks.share == 1.0
        assert not blocks.is_torn


def test_a_file_that_is_cut_off_is_an_error_unless_that_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.frames.gz"
    path.write_bytes(gzip.compress(TEXT)[:-2000])
    with pytest.raises(BybitHistoryError, match="cut off"):
        list(TextBlocks(path))
    torn = TextBlocks(path, is_torn_allowed=True)
    read = b"".join(torn)
    assert torn.is_torn
    assert TEXT.startswith(read)
    assert len(read) > len(TEXT) // 2


def test_damaged_zip_files_are_errors(tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "a.zip", [TEXT.decode()], end="").read_bytes()
    cut, broken, two = tmp_path / "cut.zip", tmp_path / "broken.zip", tmp_path / "two.zip"
    cut.write_bytes(whole[: len(whole) // 2])
    middle = len(whole) // 2
    broken.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    with zipfile.ZipFile(two, "w") as bundle:
        bundle.writestr("one", "1")
        bundle.writestr("two", "2")
    for path, reason in ((cut, "damaged"), (broken, "damaged"), (two, "one file is expected")):
        with pytest.raises(BybitHistoryError, match=reason):
            list(TextBlocks(path))


def test_a_checksum_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(BybitHistoryError, match="cannot be read"):
        sha256_of(tmp_path / "b")
