"""`scrimp completion SHELL`: the script that teaches a shell to complete scrimp's words."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import typer

from scrimp.cli.printing import print_text

app = typer.Typer(rich_markup_mode=None, add_completion=False)

# The variable by which the scripts ask the program for completions.
VARIABLE = "_SCRIMP_COMPLETE"


@app.command()
def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print the completion script of a shell.

    For bash: `scrimp completion bash > ~/.local/share/bash-completion/completions/scrimp`; for zsh, into a directory
    of $fpath as _scrimp; for fish, into ~/.config/fish/completions/scrimp.fish.
    """
    print_text(script(shell))


def script(shell: str) -> str:
    """Return the script; it asks the program itself, so it never falls behind the commands."""
    from typer._completion_shared import get_completion_script  # typer offers it no other way

    text = get_completion_script(prog_name="scrimp", complete_var=VARIABLE, shell=shell)
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).rstrip() + "\n"
