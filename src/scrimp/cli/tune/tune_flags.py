"""Flags that commands of `tune` share: which pairs, which recording, what is to be proved, and of which level."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.cli.flags.since import since_start
from scrimp.compress import DEFAULT_KEEP, LEVELS
from scrimp.errors import UsageError
from scrimp.flows.tune.pairs.level_collector import WITHOUT, side_of
from scrimp.store.tuning.level_replies import EVERYTHING, Side

LEDGER = "ledger"
CERTIFIABLE = LEVELS[LEVELS.index(WITHOUT.level) + 1 :]
MIXTURE_OF_MODELS = "--mixture is for policies of models, --compress for a level: leave one of them out"

Source = Annotated[
    str, typer.Argument(metavar="[FILE]", help="A recording (JSON lines, gzip or not), or ledger: the collected pairs.")
]
AsMixture = Annotated[
    bool,
    typer.Option("--mixture", help="Certify all tasks together, with a policy for each, instead of each on its own."),
]
Keep = Annotated[
    float | None,
    typer.Option(
        "--keep", metavar="X", min=0.01, max=1,
        help=f"The share of documents that focus or dense keeps; default: {DEFAULT_KEEP}.",
    ),
]  # fmt: skip


class PairFlags(FlagGroup, frozen=True):
    """Which pairs are looked at, and what they compare."""

    flagship: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="The model others are compared with; by default the best, or the most expensive.",
            autocompletion=completions.models,
        ),
    ] = None
    pool: Annotated[
        str | None,
        typer.Option(metavar="A,B,C", help="The cheap models; by default those at a third of its cost or less."),
    ] = None
    since: Annotated[
        str | None, typer.Option(metavar="30d|DATE", help="Only pairs collected within this time, or since this day.")
    ] = None
    route: Annotated[
        str | None, typer.Option("--route", metavar="NAME", help="Only prompts of the task of this name.")
    ] = None

    def start(self) -> float:
        """Return from when on pairs count, in seconds since the epoch; 0 where --since is not given."""
        return since_start(self.since, time.time())


class RecordingFlags(FlagGroup, frozen=True):
    """What a recording does not say of itself."""

    prices: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Prices of a recording's models; by default prices.json next to it."),
    ] = None
    scores: Annotated[
        str | None, typer.Option(metavar="LOW:HIGH", help="The range of a recording's scores; by default 0:1.")
    ] = None


class ProofFlags(FlagGroup, frozen=True):
    """What a certificate says."""

    target: Annotated[
        float, typer.Option(metavar="X", min=0.5, max=0.999, help="The share of flagship quality that must be kept.")
    ] = 0.95
    risk: Annotated[
        float, typer.Option(metavar="X", min=0.001, max=0.5, help="The probability that a certificate is wrong.")
    ] = 0.05


class LevelFlags(FlagGroup, frozen=True):
    """A level of compression, for commands that are about models without one."""

    compress: Annotated[
        str | None,
        typer.Option("--compress", metavar="LEVEL", help=f"A level of compression instead: {', '.join(CERTIFIABLE)}."),
    ] = None
    keep: Keep = None

    def side(self) -> Side | None:
        """Return the side of the level; None if none is named. UsageError if nothing can be certified of it."""
        if self.compress is not None:
            return checked_side(self.compress, self.keep)
        if self.keep is not None:
            raise UsageError("--keep is for a level of compression: add --compress focus, or leave it out")
        return None


def checked_side(level: str, keep: float | None) -> Side:
    """Return the side of a level; UsageError if nothing can be certified of it."""
    known = next((one for one in CERTIFIABLE if one == level), None)
    if known is None:
        raise UsageError(f"--compress {level} cannot be certified: use one of {', '.join(CERTIFIABLE)}")
    side = side_of(known, keep)
    if keep is not None and side.keep == EVERYTHING != keep:
        raise UsageError(f"--keep is for levels that select sentences, and {level} does not: leave it out")
    return side


def refuse_models(pairs: PairFlags, source: str = LEDGER, recording: RecordingFlags | None = None) -> None:
    """Raise UsageError if other models are named: a level compares a model with itself."""
    named = [pairs.flagship, pairs.pool, None if source == LEDGER else source]
    named += [] if recording is None else [recording.prices, recording.scores]
    if any(flag is not None for flag in named):
        raise UsageError(
            "--compress compares a model with itself, by pairs in the ledger: leave out the recording, --flagship, "
            "--pool, --prices and --scores"
        )
