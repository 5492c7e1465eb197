"""`scrimp help TOPIC`: the manual, from the pages that ship with scrimp and from the commands themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from scrimp.cli.help.markdown import Block, Heading, Lines, blocks
from scrimp.cli.help.topics import Topic, topic_name, topics
from scrimp.cli.printing import print_text
from scrimp.cli.startup.lazy_group import COMMANDS
from scrimp.errors import UsageError, closest_name
from scrimp.render.streams import stream_style

_HELP_WIDTH = 76

app = typer.Typer(rich_markup_mode=None, add_completion=False)


def _complete(incomplete: str) -> list[str]:
    return [name for name in (*topics(), *COMMANDS) if name.startswith(incomplete)]


@app.command(name="help")
def print_page(
    topic: Annotated[
        list[str] | None,
        typer.Argument(metavar="TOPIC", help="A page or a command; none: the list.", autocompletion=_complete),
    ] = None,
) -> None:
    """Print a page of the manual, or the list of pages.

    A page longer than the screen is shown by $MANPAGER, $PAGER or less; in a pipe it is plain text.
    """
    from scrimp.cli.help.pager import show
    from scrimp.cli.help.plain_text import page_text  # the command's own help needs neither

    style = stream_style(sys.stdout, "auto", os.environ)
    page = list(_page(topic or []))
    show(page_text(page, style.width, color=style.color), style, sys.stdout, os.environ, print_text)


def _page(words: Sequence[str]) -> Iterator[Block]:
    written = topics()
    if not words:
        yield from _contents(list(written.values()))
        return
    name = topic_name(words[0])
    if name in written and len(words) == 1:
        yield from blocks(written[name].text)
    elif name in COMMANDS or name == "scrimp":
        yield from _command_page([] if name == "scrimp" else [name, *words[1:]])
    else:
        near = closest_name(name, (*written, *COMMANDS))
        hint = f"did you mean `scrimp help {near}`?" if near else "`scrimp help` lists the pages"
        raise UsageError(f"no page of the manual is called '{' '.join(words)}': {hint}")


def _contents(written: Sequence[Topic]) -> Iterator[Block]:
    from scrimp.cli.help.markdown import Paragraph, Table  # only for the list

    yield Heading(2, "Pages")
    yield Table(("scrimp help", ""), tuple((topic.name, topic.summary) for topic in written))
    yield Heading(2, "Commands")
    yield Table(("scrimp help", ""), tuple(COMMANDS.items()))
    yield Paragraph("`man scrimp-run` shows the same where the pages of man are installed.")


def _command_page(words: Sequence[str]) -> Iterator[Block]:
    """Yield a command's help, and what its page adds to it."""
    from scrimp.cli.help.command_help import context, help_text  # not for a written page
    from scrimp.cli.help.command_page import sections

    yield Heading(1, " ".join(["scrimp", *words]))
    yield Lines("text", tuple(help_text(words, _HELP_WIDTH).splitlines()))
    if len(words) < 2:
        yield from sections(" ".join(words), context(words))
