"""What the venue answers when it refuses a request."""

from __future__ import annotations


class VenueError(Exception):
    """A request the venue refuses, with the code and text Bybit would answer.

    Parameters
    ----------
    ret_code : int
        Bybit `retCode`.
    ret_msg : str
        Bybit `retMsg`, as seen on the wire where it was captured.
    """

    def __init__(self, ret_code: int, ret_msg: str) -> None:
        super().__init__(f"{ret_code}: {ret_msg}")
        self.ret_code = ret_code
        self.ret_msg = ret_msg


def bad_param(text: str) -> VenueError:
    """Return the catch-all parameter error 10001 with `text`."""
    return VenueError(10001, text)
