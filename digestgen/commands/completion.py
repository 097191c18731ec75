"""`digestgen completion`."""

from __future__ import annotations

import click

#: By shell, how its user has the completion loaded at each start.
_LOADED = {
    "bash": 'Put this into ~/.bashrc: eval "$(digestgen completion bash)"',
    "zsh": 'Put this into ~/.zshrc, below compinit: eval "$(digestgen completion zsh)"',
    "fish": "digestgen completion fish > ~/.config/fish/completions/digestgen.fish",
}


@click.command
@click.argument("shell", type=click.Choice([*_LOADED]), metavar="bash|zsh|fish")
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print what completes commands, options and values in a shell: languages, tags, sources, editions and themes, too.

    In bash, put eval "$(digestgen completion bash)" into ~/.bashrc; in zsh, the same with zsh into ~/.zshrc, below
    compinit. Fish reads it from a file, as in the example.

    Example: digestgen completion fish > ~/.config/fish/completions/digestgen.fish
    """
    from click.shell_completion import get_completion_class

    known = get_completion_class(shell)
    assert known is not None
    made = known(context.find_root().command, {}, "digestgen", "_DIGESTGEN_COMPLETE")
    # asked as a template, for `source` runs the shell to see its version
    click.echo(f"# {_LOADED[shell]}\n" + (made.source_template % made.source_vars()).strip())
