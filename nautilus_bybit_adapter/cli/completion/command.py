"""Prints click's completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from nautilus_bybit_adapter.cli.output import epilog

SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog=epilog(
        'eval "$(bybit-nt completion bash)"       # in ~/.bashrc',
        'eval "$(bybit-nt completion zsh)"        # in ~/.zshrc',
        "bybit-nt completion fish > ~/.config/fish/completions/bybit-nt.fish",
    )
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what a shell needs to complete bybit-nt."""
    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - click has one for each of `SHELLS`
    script = found(ctx.find_root().command, {}, "bybit-nt", "_BYBIT_NT_COMPLETE")
    click.echo(script.source())
