"""The options that say what may be spent, and what makes it less."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.config.schema import DEFAULT_BASELINE
from scrimp.enums import CacheMode
from scrimp.enums import Level as LevelWord
from scrimp.enums import OnDear as OnDearWord

MaxCost = Annotated[str | None, typer.Option(metavar="USD", help="Stop before the run costs more than this.")]
Budget = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="NAME",
        help="All runs of this budget, on any machine, spend no more than --max-cost together; see [shared] limits.",
    ),
]
AllowUnshared = Annotated[
    bool,
    typer.Option(
        "--allow-unshared",
        help="If the server of --budget does not answer, go on within --max-cost as if this run were the only one.",
    ),
]
MaxCostPerRow = Annotated[
    str | None,
    typer.Option(
        "--max-cost-per-row",
        metavar="USD",
        help="The most a row may be expected to cost, by its tokens, how long completions of its task were before, and "
        "the price; --on-dear says what happens to one that would cost more.",
    ),
]
OnDear = Annotated[
    OnDearWord | None,
    typer.Option(
        "--on-dear",
        help="A row above --max-cost-per-row goes to a cheaper model of its tier or chain (the default), is compressed "
        "harder, or is skipped; if the first two do not help, it is skipped as well.",
    ),
]
OnCliff = Annotated[
    LevelWord | None,
    typer.Option(
        "--on-cliff",
        help="Compress a prompt that is just above a size at which its model charges more, up to this level, if that "
        "brings it below; default: like any other.",
    ),
]
AllowUnpriced = Annotated[
    bool, typer.Option("--allow-unpriced", help="Under a cap, also call models whose price is unknown.")
]
CacheOption = Annotated[
    CacheMode | None,
    typer.Option("--cache", help="on: use it; off: neither read nor write; refresh: write only; only: make no call."),
]
CacheTtl = Annotated[str | None, typer.Option(metavar="30d", help="Ignore cached completions older than this.")]
AllowUnkept = Annotated[
    bool,
    typer.Option(
        "--allow-unkept",
        help="Go on even if completions cannot be kept, as on a full disk: a rerun pays for them again.",
    ),
]
Compress = Annotated[
    LevelWord | None, typer.Option("--compress", help="The compression level; see scrimp compress --help.")
]
Level = Annotated[LevelWord | None, typer.Option("--level", help="How much may change; default: lossless.")]
Baseline = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="The model the bill compares every row with; if not set, the one you named, the flagship of a certified "
        f"route, the last step of a chain, else {DEFAULT_BASELINE}.",
        autocompletion=completions.models,
    ),
]
