"""`scrimp ask`: one prompt, its completion as it comes."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.asking.ask_prompt import ask_prompt
from scrimp.cli.flags.all_ask_flags import AllAskFlags
from scrimp.cli.flags.flag_groups import grouped

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
@grouped()
def ask(
    flags: AllAskFlags,
    prompt: Annotated[
        list[str] | None,
        typer.Argument(metavar="PROMPT [-]", help="The prompt; piped text is added after it, or where - stands."),
    ] = None,
) -> None:
    """Answer one prompt; a terminal shows the completion as it comes.

    Piped text, or that of a file (< FILE), is part of the prompt: git diff | scrimp ask 'Write a commit message'.

    A pipe or a file gets the whole completion in one write, so that several commands can write to the same one. With
    --choices, --schema, --check or a chain, a terminal gets it like that, too: once it has passed.

    -c continues the last conversation, with its system text unless -s gives another, and with any model. Only the last
    conversation is kept, up to its last answer, in conversation.json beside the cache; --cache off leaves it unchanged.
    `scrimp cache rm conversation` removes it.

    --attach sends files, or URLs for the provider to fetch. A file's type is recognized by its first bytes, a URL's by
    its ending. The cache knows a file by its content and does not store it; its name is not sent. It goes with this
    prompt alone, not with those that -c adds.
    """
    raise typer.Exit(ask_prompt(flags, prompt or []))
