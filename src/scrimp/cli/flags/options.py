"""The options several commands share, each declared once with its help; `run_flags` puts them in groups."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import typer

from scrimp.cli.flags import completions
from scrimp.config.schema import DEFAULT_BASELINE
from scrimp.enums import (
    BatchGoal,
    CacheMode,
    ColorMode,
    Engine,
    FailOn,
    InputFormat,
    OutputFormat,
    Priority,
    ProgressMode,
    RowOrder,
    SummaryMode,
)
from scrimp.enums import (
    Effort as EffortWord,
)
from scrimp.enums import (
    Level as LevelWord,
)
from scrimp.enums import (
    OnDear as OnDearWord,
)
from scrimp.enums import (
    Tier as TierName,
)

Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="INPUT...", help="Files, directories, globs, or - for stdin.", show_default=False),
]

# Reading
Format = Annotated[
    InputFormat, typer.Option("--format", help="The input's format; auto goes by extension, and sniffs stdin.")
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        metavar="CHAR|tab",
        help="The delimiter of CSV and TSV, in and out; default: detected in inputs, a comma in outputs.",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The encoding of inputs, and of CSV, TSV and text outputs (utf-8-sig for Excel); default: UTF-8, or an "
        "input's BOM.",
    ),
]
Nul = Annotated[bool, typer.Option("-0", "--null", help="Prompts end in NUL bytes, as find -print0 writes them.")]
Template = Annotated[
    str | None,
    typer.Option(
        "-t",
        "--template",
        metavar="STR|@FILE",
        help="The prompt, with {column} for each row's values and {{ for a brace.",
    ),
]
PromptField = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that holds the prompt.")]
IdField = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that names the row.")]
System = Annotated[
    str | None, typer.Option("-s", "--system", metavar="STR|@FILE", help="A system text for every prompt.")
]
Prefix = Annotated[
    str | None,
    typer.Option(
        "--prefix",
        metavar="FILE",
        help="A text that every prompt begins with, such as a document; it goes before the system text, where "
        "providers keep it.",
    ),
]
Attach = Annotated[
    list[str] | None,
    typer.Option(
        "--attach",
        metavar="FILE|URL",
        help="An image (PNG, JPEG, GIF, WebP) or a PDF to look at, for every prompt; repeatable.",
    ),
]
AttachField = Annotated[
    str | None,
    typer.Option(
        "--attach-field",
        metavar="COLUMN",
        help="The column with the row's images and PDFs: a path (from the input's folder), a URL, or a list of them.",
    ),
]
Skip = Annotated[int, typer.Option(metavar="N", min=0, help="Leave out the first N rows.", show_default=False)]
OnlyFailed = Annotated[
    str | None,
    typer.Option("--only-failed", metavar="FILE", help="Leave out the rows that are ok in this former output."),
]
Sample = Annotated[int | None, typer.Option(metavar="N", min=0, help="Take N rows at random, in their order.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="The seed of --sample; another seed takes other rows.")]
Limit = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="Take at most N rows, after --skip, --only-failed and --sample."),
]
ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Of these rows take the Ith of N shards, for jobs that share an input; equal prompts are in the same one.",
    ),
]

# Routing
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

# Answers
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
        help="What tells the model the labels, with {choices} in it; empty: nothing. By default one sentence in the "
        "system text does, unless the prompt names them all.",
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
        help="A command that reads the completion; exit status 0 accepts it. It is tried on an empty text before the "
        "first call, and ended after 60 s, or after --timeout where that is shorter.",
    ),
]
MaxOutput = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="The most tokens a completion may have, hidden thought among them; where that leaves no text, the call is "
        "made once more under a higher cap.",
    ),
]
Effort = Annotated[
    EffortWord | None,
    typer.Option(
        metavar="WORD",
        help=f"{', '.join(get_args(EffortWord))}; mapped for each provider. That of a model@effort goes first.",
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

# Cost
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
        help="Where the server of --budget does not answer, go on within --max-cost as if this run were the only one.",
    ),
]
MaxCostPerRow = Annotated[
    str | None,
    typer.Option(
        "--max-cost-per-row",
        metavar="USD",
        help="The most a row may be expected to cost, by its tokens, the length of completions of its task before, and "
        "the price; --on-dear says what becomes of one that would cost more.",
    ),
]
OnDear = Annotated[
    OnDearWord | None,
    typer.Option(
        "--on-dear",
        help="A row above --max-cost-per-row goes to a cheaper model of its tier or chain (the default), is compressed "
        "harder, or is skipped; where the first two do not help it is skipped, too.",
    ),
]
OnCliff = Annotated[
    LevelWord | None,
    typer.Option(
        "--on-cliff",
        help="Compress a prompt just above a size at which its model is dearer harder, up to this level, if it gets "
        "below so; default: no harder than others.",
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
        "--allow-unkept", help="Go on where completions cannot be kept, as on a full disk: a rerun pays for them again."
    ),
]
Compress = Annotated[
    LevelWord | None, typer.Option("--compress", help="The compression level; see scrimp compress --help.")
]
Level = Annotated[LevelWord | None, typer.Option("--level", help="How much may change; default: lossless.")]
Context = Annotated[
    list[str] | None,
    typer.Option("--context", metavar="FILE", help="A document to answer from, put before the prompt; repeatable."),
]
Continue = Annotated[
    bool,
    typer.Option("-c", "--continue", help="Continue the last conversation: its turns are sent before the prompt."),
]
Report = Annotated[Literal["text", "json"], typer.Option("--report", help="The format of the receipt.")]
Baseline = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="The model the bill compares every row with; if not set, the one you named, the flagship of a certified "
        f"route, the last step of a chain, else {DEFAULT_BASELINE}.",
        autocompletion=completions.models,
    ),
]

# Calls
Concurrency = Annotated[
    int | None, typer.Option("-j", "--concurrency", metavar="N", min=1, help="The most calls in flight to a provider.")
]
Rpm = Annotated[int | None, typer.Option("--rpm", metavar="N", min=1, help="The most calls a minute to a provider.")]
Tpm = Annotated[int | None, typer.Option("--tpm", metavar="N", min=1, help="The most tokens a minute to a provider.")]
Retries = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=0,
        help="How often to retry a failed call, or a reply that is not one of the labels or breaks the schema.",
    ),
]
Timeout = Annotated[float | None, typer.Option(metavar="SECONDS", min=0.1, help="The longest one call may take.")]
MaxFailures = Annotated[str | None, typer.Option(metavar="N|P%", help="Stop when more rows than this have failed.")]
FailOnOption = Annotated[
    FailOn,
    typer.Option(
        "--fail-on",
        help="The exit status is not 0 if any row failed (the default), if all did, or never for failed rows.",
    ),
]
EngineOption = Annotated[
    Engine,
    typer.Option(
        "--engine",
        help="What answers the rows: local, this process; processes, several on this machine; ray, workers of Ray here "
        "or on the cluster of RAY_ADDRESS.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        help="With --engine processes or ray: how many workers share the run; default: one a core.",
    ),
]
OrderOption = Annotated[RowOrder | None, typer.Option("--order", help="The order of the rows.")]

DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Print the requests of the first rows (3, or --limit) instead of sending any."),
]

# Batches
Batch = Annotated[
    bool,
    typer.Option("--batch", help="Send the calls through the providers' batch APIs: half the price, within a day."),
]
Deadline = Annotated[
    str | None,
    typer.Option(
        "--deadline", help="With --batch: end batches in time to have all rows by then, the rest live (6h, or 06:00)."
    ),
]
Queue = Annotated[str | None, typer.Option("--queue", metavar="NAME", hidden=True)]
WhenIdle = Annotated[bool, typer.Option("--when-idle", hidden=True)]
JobName = Annotated[str | None, typer.Option("--job", hidden=True)]
BatchGoalOption = Annotated[BatchGoal, typer.Option("--batch-goal", hidden=True)]
BatchJson = Annotated[bool, typer.Option("--batch-json", hidden=True)]

# Labels
RouteLabel = Annotated[
    str | None, typer.Option("--route", metavar="NAME", help="A name for this kind of work, for rules and the ledger.")
]
User = Annotated[str | None, typer.Option(metavar="NAME", help="Who this is for, in the ledger.")]
PriorityOption = Annotated[
    Priority,
    typer.Option("--priority", help="How much it matters: low goes to the cheapest model, high one tier up."),
]
Tag = Annotated[list[str] | None, typer.Option(metavar="K=V", help="A label for the ledger; repeatable.")]

# Output
Output = Annotated[
    str,
    typer.Option("-o", "--output", metavar="FILE|-", help="Where rows go; DIR/{id}.md: a file for each completion."),
]
Out = Annotated[
    OutputFormat | None,
    typer.Option("--out", help="The format of rows: by the extension of -o, else jsonl; at a terminal, text."),
]
Fields = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,input.C",
        help='Only these fields of a row, in this order; input.* is every column, "input.a, b" one with a comma.',
    ),
]
Summary = Annotated[SummaryMode, typer.Option(help="The bill on stderr.")]
SummaryFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="Also write the bill as JSON to this file; - is stdout.")
]
Quiet = Annotated[
    bool,
    typer.Option(
        "-q", "--quiet", help="No progress, no bill; only errors, and certified routes and levels that no longer hold."
    ),
]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Print where each row went, and why.")]
Color = Annotated[ColorMode | None, typer.Option(help="Colors on a terminal.")]
ProgressOption = Annotated[ProgressMode | None, typer.Option("--progress", help="How progress is shown on stderr.")]
