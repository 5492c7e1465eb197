"""The options several commands share, each declared once with its help."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import typer

from scrimp.config.amounts import dollars

Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="INPUT...", help="Files, directories, globs, or - for stdin.", show_default=False),
]

# Reading
Format = Annotated[
    Literal["auto", "jsonl", "csv", "tsv", "json", "lines", "text"],
    typer.Option("--format", help="How the input is written; auto goes by extension, and sniffs stdin."),
]
Nul = Annotated[bool, typer.Option("-0", "--null", help="Prompts end in NUL bytes, as of find -print0.")]
Template = Annotated[
    str | None,
    typer.Option("-t", "--template", metavar="STR|@FILE", help="The prompt, with {column} for each row's values."),
]
PromptField = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that holds the prompt.")]
IdField = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that names the row.")]
System = Annotated[str | None, typer.Option(metavar="STR|@FILE", help="A system text for every prompt.")]
Limit = Annotated[int | None, typer.Option(metavar="N", min=0, help="Read this many rows only.")]

# Routing
Tier = Annotated[str | None, typer.Option(metavar="NAME|auto", help="simple, medium, high, or auto: by kind of task.")]
ChainName = Annotated[
    str | None,
    typer.Option("--chain", metavar="NAME", help="An escalation chain of the config, or tiers: simple,high."),
]
Model = Annotated[str | None, typer.Option(metavar="ID", help="One model, as provider/model.")]
MinConfidence = Annotated[float | None, typer.Option(metavar="X", min=0, max=1, help="A chain climbs below this.")]
Choices = Annotated[str | None, typer.Option(metavar="A,B,C", help="The labels a completion must be one of.")]
Schema = Annotated[str | None, typer.Option(metavar="FILE", help="A JSON schema the completion must satisfy.")]
Check = Annotated[
    str | None, typer.Option(metavar="CMD", help="A command that reads the completion; exit status 0 accepts it.")
]
MaxOutput = Annotated[int | None, typer.Option(metavar="N", min=1, help="The most tokens a completion may have.")]
Effort = Annotated[
    str | None,
    typer.Option(metavar="WORD", help="none, minimal, low, medium, high, xhigh or max; mapped for each provider."),
]
Temperature = Annotated[
    float | None, typer.Option(metavar="X", min=0, help="Sent only if given; many models refuse it.")
]

# Cost
MaxCost = Annotated[str | None, typer.Option(metavar="USD", help="Stop before this much is passed.")]
AllowUnpriced = Annotated[bool, typer.Option("--allow-unpriced", help="Under a cap, call models of unknown price too.")]
CacheOption = Annotated[
    Literal["on", "off", "refresh", "only"] | None,
    typer.Option("--cache", help="on: use it; off: neither read nor write; refresh: write only; only: call nobody."),
]
CacheTtl = Annotated[str | None, typer.Option(metavar="30d", help="Take nothing older than this from the cache.")]
Compress = Annotated[
    Literal["off", "lossless", "tidy", "focus", "terse"] | None,
    typer.Option("--compress", help="How prompts are made shorter; see scrimp compress --help."),
]
Level = Annotated[
    Literal["off", "lossless", "tidy", "focus", "terse"] | None,
    typer.Option("--level", help="How much may be changed: lossless if not given."),
]
Context = Annotated[
    list[str] | None,
    typer.Option("--context", metavar="FILE", help="A document to answer from, put before the prompt; repeatable."),
]
Report = Annotated[Literal["text", "json"], typer.Option("--report", help="How the receipt is written.")]
Baseline = Annotated[str | None, typer.Option(metavar="MODEL", help="The model the bill compares with.")]

# Flow
Concurrency = Annotated[
    int | None, typer.Option("-j", "--concurrency", metavar="N", min=1, help="The most calls in flight to a provider.")
]
Rpm = Annotated[int | None, typer.Option("--rpm", metavar="N", min=1, help="The most calls a minute to a provider.")]
Tpm = Annotated[int | None, typer.Option("--tpm", metavar="N", min=1, help="The most tokens a minute to a provider.")]
Retries = Annotated[int | None, typer.Option(metavar="N", min=0, help="How often a call that failed is sent again.")]
Timeout = Annotated[float | None, typer.Option(metavar="SECONDS", min=0.1, help="The longest one call may take.")]
MaxFailures = Annotated[str | None, typer.Option(metavar="N|P%", help="Stop when more rows than this have failed.")]
FailOn = Annotated[
    Literal["any", "all", "never"], typer.Option(help="Which failed rows make the exit status 3: any, all, never.")
]
OrderOption = Annotated[Literal["input", "completion"] | None, typer.Option("--order", help="The order of the rows.")]

# Labels
RouteLabel = Annotated[
    str | None, typer.Option("--route", metavar="NAME", help="A name for this kind of work, for rules and the ledger.")
]
User = Annotated[str | None, typer.Option(metavar="NAME", help="Who this is for, in the ledger.")]
PriorityOption = Annotated[
    Literal["low", "normal", "high"],
    typer.Option("--priority", help="How much it matters: low goes to the cheapest model, high a tier up."),
]
Tag = Annotated[list[str] | None, typer.Option(metavar="K=V", help="A label for the ledger; may be repeated.")]

# Output
Output = Annotated[str, typer.Option("-o", "--output", metavar="FILE|-", help="Where rows go.")]
Out = Annotated[
    Literal["jsonl", "csv", "tsv", "text", "json"] | None,
    typer.Option("--out", help="How rows are written; by the extension of -o, else jsonl."),
]
Fields = Annotated[str | None, typer.Option(metavar="A,B,input.C", help="Only these fields of a row, in this order.")]
Summary = Annotated[Literal["auto", "none", "table", "json"], typer.Option(help="The bill on stderr.")]
SummaryFile = Annotated[str | None, typer.Option(metavar="FILE", help="Write the bill as JSON to a file, too.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no bill; errors only.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say for each row where it went and why.")]
Color = Annotated[Literal["auto", "always", "never"] | None, typer.Option(help="Colours on a terminal.")]
ProgressOption = Annotated[
    Literal["auto", "bar", "lines", "json", "none"] | None,
    typer.Option("--progress", help="How progress is shown on stderr."),
]


def dollars_of(text: str | None) -> Decimal | None:
    """Return the dollars of --max-cost."""
    return None if text is None else dollars(text, "--max-cost")


def words(text: str | None) -> list[str] | None:
    """Return what stands between commas."""
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]
