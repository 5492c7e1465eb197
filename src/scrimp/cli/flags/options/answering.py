"""The options that say who answers, what a completion must be, and what it is for."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from scrimp.cli.flags import completions
from scrimp.enums import Effort as EffortWord
from scrimp.enums import Priority
from scrimp.enums import Tier as TierName

Tier = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|auto",
        help=f"{', '.join(get_args(TierName))}, or auto: by the kind of task.",
        autocompletion=completions.tiers,
    ),
]
ChainName = Annotated[
    str | None,
    typer.Option(
        "--chain",
        metavar="NAME",
        help="An escalation chain of the config, or tiers: simple,high.",
        autocompletion=completions.chains,
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "-m",
        "--model",
        metavar="ID",
        help="One model, as provider/model, or with an effort: provider/model@low.",
        autocompletion=completions.models,
    ),
]
MinConfidence = Annotated[
    float | None, typer.Option(metavar="X", min=0, max=1, help="A chain calls its next step below this confidence.")
]
Choices = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,C", help="The labels a completion must be one of; one with a comma is in quotes, as in CSV."
    ),
]
ChoicesText = Annotated[
    str | None,
    typer.Option(
        "--choices-text",
        metavar="STR|@FILE",
        help="The text that tells the model the labels, with {choices} in it; empty: none. By default a sentence is "
        "added to the system text, unless the prompt names them all.",
    ),
]
Schema = Annotated[
    str | None,
    typer.Option(
        metavar="SCHEMA|FILE",
        help="What the completion must be: a JSON schema ({...} or a file), or fields such as 'name, age int?, tags "
        "str[], mood good|bad'; types are str, int, float, bool and date.",
    ),
]
Check = Annotated[
    str | None,
    typer.Option(
        metavar="CMD",
        help="A command that reads the completion; exit status 0 accepts it. No shell runs it. It is tried on an empty "
        "text before the first call, and ended after 60 s, or after --timeout where that is shorter.",
    ),
]
MaxOutput = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="The most tokens a completion may have, hidden thought included; if that leaves no text, the call is "
        "made again under a higher cap.",
    ),
]
Effort = Annotated[
    EffortWord | None,
    typer.Option(
        metavar="WORD",
        help=f"{', '.join(get_args(EffortWord))}; mapped for each provider. A model@effort overrides it.",
    ),
]
Temperature = Annotated[
    float | None, typer.Option(metavar="X", min=0, help="Sent only if given; many models reject it.")
]
Samples = Annotated[
    int | None,
    typer.Option(
        "--samples",
        metavar="N",
        min=1,
        help="Get N independent completions of each prompt, each in a row of its own; its number is in sample.",
    ),
]
RouteLabel = Annotated[
    str | None, typer.Option("--route", metavar="NAME", help="A name for this kind of work, for rules and the ledger.")
]
User = Annotated[str | None, typer.Option(metavar="NAME", help="Who this is for, in the ledger.")]
PriorityOption = Annotated[
    Priority,
    typer.Option("--priority", help="How much it matters: low goes to the cheapest model, high one tier up."),
]
Tag = Annotated[list[str] | None, typer.Option(metavar="K=V", help="A label for the ledger; repeatable.")]
