"""What can be wrong with a state file."""

from __future__ import annotations


class StateError(Exception):
    """A state file that cannot be used or written, and why."""
