"""The groups of flags of `scrimp compress`."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.cli.flags.options import reading, writing
from scrimp.compress import DEFAULT_KEEP


class SelectionFlags(FlagGroup, frozen=True):
    """Which sentences of documents are kept."""

    query: Annotated[
        str | None,
        typer.Option("--query", metavar="STR", help="Question to select sentences for; default: the text's own."),
    ] = None
    keep: Annotated[
        float,
        typer.Option(
            "--keep",
            metavar="X",
            min=0.01,
            max=1,
            help="Share of documents that focus keeps on average; more if no sentence fits the question.",
        ),
    ] = DEFAULT_KEEP


class BudgetFlags(FlagGroup, frozen=True):
    """The size to fit into."""

    max_tokens: Annotated[
        str | None,
        typer.Option(
            "--max-tokens", metavar="N|cliff", help="Fit into N tokens; cliff: stay below the model's higher rate."
        ),
    ] = None
    target: Annotated[
        float | None,
        typer.Option("--target", metavar="X", min=0.01, max=1, help="Fit into this share of the text's tokens."),
    ] = None


class DataFlags(FlagGroup, frozen=True):
    """What may change, and what may not."""

    context: reading.Context = None
    data: Annotated[
        bool, typer.Option("--data", help="All of the text is data: it holds no instruction that must not change.")
    ] = False
    protect: Annotated[
        list[str] | None, typer.Option("--protect", metavar="REGEX", help="Keep what matches unchanged; repeatable.")
    ] = None


class PrintingFlags(FlagGroup, frozen=True):
    """What is printed besides the text, or instead of it."""

    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="ID",
            help="Model to price the receipt at; default: the baseline.",
            autocompletion=completions.models,
        ),
    ] = None
    diff: Annotated[bool, typer.Option("--diff", help="Print what changed, word by word.")] = False
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print only the receipt.")] = False
    report: writing.Report = "text"
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no receipt.")] = False
