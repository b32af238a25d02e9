"""The command `bybit-nt sim`: the venue's own command, with examples."""

from __future__ import annotations

import click

from nautilus_bybit_adapter.cli.output import epilog
from nautilus_bybit_adapter.sim.__main__ import main

sim = click.Command(
    "sim",
    callback=main.callback,
    params=main.params,
    help=main.help,
    epilog=epilog(
        "bybit-nt sim --web --admin-port 8090      # seeded order flow, and a page to look at",
        "bybit-nt sim --replay day.frames.gz --speed 10",
        "bybit-nt sim --state venue.db --fault lose:family=private,probability=0.01",
    ),
)
