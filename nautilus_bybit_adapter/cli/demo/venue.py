"""The local venue as a child process."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from nautilus_bybit_adapter.errors import BybitConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

START_TIMEOUT_SECS = 30.0
STOP_TIMEOUT_SECS = 10.0


class VenueAccess(msgspec.Struct, frozen=True):
    """Where a venue listens and how to sign, as its start line tells."""

    rest: str
    ws_public: str
    ws_private: str
    ws_trade: str
    api_key: str
    api_secret: str

    def __repr__(self) -> str:
        return f"VenueAccess({self.rest})"


def access_of(rest_url: str, api_key: str | None, api_secret: str | None) -> VenueAccess:
    """Return the access to a venue that runs already; raises `BybitConfigError` when the URL or a key is missing."""
    if not rest_url.startswith(("http://", "https://")):
        raise BybitConfigError(f"--venue {rest_url!r} is not a URL that starts with http:// or https://")
    if not api_key or not api_secret:
        raise BybitConfigError(
            "--venue needs --api-key and --api-secret: the venue prints both when it starts"
        )
    sockets = "ws" + rest_url.removeprefix("http").rstrip("/") + "/v5"
    return VenueAccess(
        rest_url.rstrip("/"),
        f"{sockets}/public",
        f"{sockets}/private",
        f"{sockets}/trade",
        api_key,
        api_secret,
    )


@asynccontextmanager
async def local_venue(*, seed: int, replay: Path | None) -> AsyncIterator[VenueAccess]:
    """
    Start a venue on a free port and stop it again.

    Raises
    ------
    BybitConfigError
        With the venue's own sentence, if it does not start.

    """
    arguments = ["--port", "0", "--seed", str(seed), *(["--replay", str(replay)] if replay else [])]
    # Ctrl-C reaches this process alone, which stops the venue last; killed, it takes the venue with it.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "nautilus_bybit_adapter.sim",
        "--until-stdin-ends",
        *arguments,
        start_new_session=True,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    assert process.stderr is not None  # noqa: S101 - a pipe was asked for
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_TIMEOUT_SECS)
        if not line:
            sentence = (await process.stderr.read()).decode().strip()
            raise BybitConfigError(f"The local venue did not start: {sentence}")
        yield msgspec.json.decode(line, type=VenueAccess)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            try:
                await asyncio.wait_for(process.communicate(), STOP_TIMEOUT_SECS)
            except TimeoutError:
                process.kill()
        await process.wait()
