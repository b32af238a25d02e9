"""The group behind `bybit-nt`: commands are imported when they are asked for, and errors become exit codes."""

from __future__ import annotations

import signal
from importlib import import_module
from typing import Any

import click

from nautilus_bybit_adapter.cli.exits import ExitCode
from nautilus_bybit_adapter.cli.signals import raise_on_sigterm
from nautilus_bybit_adapter.errors import BybitConfigError, BybitError

CLICKS_OWN_FAILURE = 1


class WrongCall(click.ClickException):
    """Shows what the caller can put right."""

    exit_code = ExitCode.WRONG_CALL


class Failed(click.ClickException):
    """Shows what could not be done."""

    exit_code = ExitCode.FAILED


class LazyGroup(click.Group):
    """
    A group whose commands are imported when they are first used.

    Parameters
    ----------
    homes : dict[str, tuple[str, str]]
        By command name: where it lives, as ``module:attribute``, and the line the group's help shows of it.

    """

    def __init__(self, *args: Any, homes: dict[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table, which is the order of a newcomer's day."""
        return [*self.homes, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        home = self.homes.get(cmd_name)
        if home is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = home[0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.homes.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it raises, and a signal it returns, become the exit code."""
        try:
            raise_on_sigterm()
            result = super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read the output has enough of it; click ends in silence
        except (BybitError, OSError) as e:
            raise _shown(e) from e
        except click.ClickException as e:
            if e.exit_code == CLICKS_OWN_FAILURE:
                raise Failed(e.format_message()) from e
            raise
        except (KeyboardInterrupt, click.Abort) as e:
            result = getattr(e, "number", signal.SIGINT)
            click.echo("Interrupted.", err=True)
        if isinstance(result, signal.Signals):
            ctx.exit(128 + result)
        return result


def _shown(error: BybitError | OSError) -> click.ClickException:
    """Return what is shown of an error: its sentence, never a traceback."""
    sentence = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.filename is not None:
        sentence = f"{error.filename}: {error.strerror}"
    return WrongCall(sentence) if isinstance(error, BybitConfigError) else Failed(sentence)
