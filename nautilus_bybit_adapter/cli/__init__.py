"""
The command line, ``bybit-nt``.

How a command is written
------------------------
*Where.* A package ``cli/<name>/`` whose ``command.py`` holds the click command, with a line in `COMMANDS` below. At
its top ``command.py`` imports click and light modules only; what needs the framework, numpy or matplotlib is imported
inside the function, so that help and completion stay quick.

*Help.* The first line of the docstring is the line of the table. ``epilog=epilog("bybit-nt <name> ...", ...)`` of
`cli.output` shows examples to copy, and the exit codes.

*Errors.* Raise `BybitConfigError` for what the caller can put right (exit code 2) and any other `BybitError`,
`OSError` or `click.ClickException` for what failed (3); the group shows the sentence alone, on stderr. A result that is
not what it should be is printed and ends with ``raise SystemExit(ExitCode.NOT_WELL)`` (1). See `cli.exits`.

*Results.* On stdout, and with ``@json_option`` as JSON (`cli.output.as_json`) and nothing else there. Everything else,
progress too, goes to stderr.

*Progress.* ``with progress_bars("bytes") as bars`` of `cli.progress`, which is silent without a terminal. Code below
`cli` takes a callback and knows nothing of terminals.

*Ctrl-C and SIGTERM.* Both raise `KeyboardInterrupt` in plain code, and in a coroutine cancel the task inside
``with ends_on_signals()`` of `cli.signals`; the group ends with 130 or 143. Clean up in ``finally`` and ``with``: no
child process outlives its command (it is started in a session of its own, so that Ctrl-C reaches the command
alone), and files are written under another name first (``with whole_file(path) as temporary`` of `cli.files`). A
command that goes on until a signal, as `sim` does, returns the signal.
"""

from __future__ import annotations

import click

from nautilus_bybit_adapter.cli.group import LazyGroup
from nautilus_bybit_adapter.cli.output import epilog

_HERE = "nautilus_bybit_adapter.cli"

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": (
        f"{_HERE}.demo.command:demo",
        "Trade a round trip on a local Bybit venue and check the accounts.",
    ),
    "sim": (f"{_HERE}.sim:sim", "Serve a local Bybit V5 venue until it is interrupted."),
    "run": (f"{_HERE}.run.command:run", "Run a TradingNode from a JSON file."),
    "record": (
        f"{_HERE}.record.command:record",
        "Record what the venue sends, with the time it came.",
    ),
    "load": (f"{_HERE}.load.command:load", "Load archives and recordings into a catalogue."),
    "report": (f"{_HERE}.report.command:report", "Show what the orders of a run cost, as one HTML file."),
    "calibrate": (
        f"{_HERE}.calibrate.command:calibrate",
        "Fit the slippage forecast to recorded markets and say how well it holds.",
    ),
    "doctor": (
        f"{_HERE}.doctor.command:doctor",
        "Check everything that trading needs, and say what to do.",
    ),
    "completion": (
        f"{_HERE}.completion.command:completion",
        "Print what a shell needs to complete bybit-nt.",
    ),
}


@click.group(
    cls=LazyGroup,
    homes=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=epilog(
        "bybit-nt demo                  trade on a local venue; needs no key and no network",
        "bybit-nt sim --web             a local Bybit to rehearse on",
        "bybit-nt doctor                what is wrong with this machine, key and account",
        'eval "$(bybit-nt completion bash)"',
    ),
)
@click.version_option(package_name="bybit-nt-community", message="%(version)s")
def main() -> None:
    """Trade Bybit with NautilusTrader, or rehearse it on a local venue."""
    import stamina.instrumentation  # noqa: PLC0415 - help needs no repetitions

    # The client tells of each further attempt in a sentence of its own.
    stamina.instrumentation.set_on_retry_hooks(())
