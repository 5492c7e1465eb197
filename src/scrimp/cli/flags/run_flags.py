"""The groups of flags that `run`, `ask`, `estimate`, `route` and `tune shadow` share, each flag in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.cli.flags.flag_group import FlagGroup

if TYPE_CHECKING:  # typer, which these declare flags for, takes as long to import as all else of a cached `ask`
    from scrimp.cli.flags.options import answering, calling, reading, spending, writing


class ReadingFlags(FlagGroup, frozen=True):
    """How inputs are read."""

    format: reading.Format = "auto"
    delimiter: reading.Delimiter = None
    encoding: reading.Encoding = None
    nul: reading.Nul = False
    template: reading.Template = None
    prompt_field: reading.PromptField = None
    id_field: reading.IdField = None
    system: reading.System = None
    prefix: reading.Prefix = None
    attach: reading.Attach = None
    attach_field: reading.AttachField = None
    skip: reading.Skip = 0
    only_failed: reading.OnlyFailed = None
    sample: reading.Sample = None
    seed: reading.Seed = 0
    limit: reading.Limit = None
    shard: reading.ShardOption = None


class SystemFlag(FlagGroup, frozen=True):
    """The system text of a prompt that is not read from an input."""

    system: reading.System = None


class OneRowFlags(FlagGroup, frozen=True):
    """A row of an input, as `run` makes a prompt of it."""

    template: reading.Template = None
    format: reading.Format = "auto"
    skip: reading.Skip = 0
    system: reading.System = None


class RouteFlags(FlagGroup, frozen=True):
    """Where prompts go."""

    tier: answering.Tier = None
    chain: answering.ChainName = None
    model: answering.Model = None
    min_confidence: answering.MinConfidence = None


class AnswerFlags(FlagGroup, frozen=True):
    """What a completion must be, and what is asked of the model for it."""

    choices: answering.Choices = None
    choices_text: answering.ChoicesText = None
    schema: answering.Schema = None
    max_output: answering.MaxOutput = None
    effort: answering.Effort = None
    temperature: answering.Temperature = None


class SamplesFlag(FlagGroup, frozen=True):
    """How many completions of a prompt are wanted."""

    samples: answering.Samples = None


class CheckFlag(FlagGroup, frozen=True):
    """The user's own check of a completion."""

    check: answering.Check = None


class CostFlags(FlagGroup, frozen=True):
    """What may be spent, and what makes it less."""

    max_cost: spending.MaxCost = None
    allow_unpriced: spending.AllowUnpriced = False
    cache: spending.CacheOption = None
    cache_ttl: spending.CacheTtl = None
    allow_unkept: spending.AllowUnkept = False
    compress: spending.Compress = None
    baseline: spending.Baseline = None


class BudgetFlags(FlagGroup, frozen=True):
    """Whether other runs spend from the same cap."""

    budget: spending.Budget = None
    allow_unshared: spending.AllowUnshared = False


class RowLimitFlags(FlagGroup, frozen=True):
    """What one row may cost, and what to do with a row that would cost more, or whose length raises its rate."""

    max_cost_per_row: spending.MaxCostPerRow = None
    on_dear: spending.OnDear = None
    on_cliff: spending.OnCliff = None


class CallFlags(FlagGroup, frozen=True):
    """How calls are made."""

    concurrency: calling.Concurrency = None
    rpm: calling.Rpm = None
    tpm: calling.Tpm = None
    retries: calling.Retries = None
    timeout: calling.Timeout = None


class StopFlags(FlagGroup, frozen=True):
    """When a run stops, and in which order its rows come."""

    max_failures: calling.MaxFailures = None
    fail_on: calling.FailOnOption = "any"
    order: calling.OrderOption = None


class EngineFlags(FlagGroup, frozen=True):
    """What answers the rows."""

    engine: calling.EngineOption = "local"
    workers: calling.Workers = None


class DryRunFlag(FlagGroup, frozen=True):
    """To look at what would be sent."""

    dry_run: calling.DryRun = False


class BatchFlags(FlagGroup, frozen=True):
    """To send work that can wait for half the price."""

    batch: calling.Batch = False
    deadline: calling.Deadline = None
    job: calling.JobName = None
    queue: calling.Queue = None
    when_idle: calling.WhenIdle = False
    batch_goal: calling.BatchGoalOption = "answered"
    batch_json: calling.BatchJson = False

    @property
    def queue_words(self) -> str:
        """The flag that leaves requests in a queue."""
        return "--when-idle" if self.when_idle else "--queue NAME"

    @property
    def leaves(self) -> bool:
        """Whether the command ends without rows: another one fetches them."""
        return self.batch_goal in ("submitted", "followed")


class LabelFlags(FlagGroup, frozen=True):
    """Labels for rules and the ledger."""

    route: answering.RouteLabel = None
    user: answering.User = None
    tag: answering.Tag = None
    priority: answering.PriorityOption = "normal"


class OutputFlags(FlagGroup, frozen=True):
    """Where rows and the bill go, and how they are written."""

    output: writing.Output = "-"
    out: writing.Out = None
    fields: writing.Fields = None
    summary: writing.Summary = "auto"
    summary_file: writing.SummaryFile = None


class ScreenFlags(FlagGroup, frozen=True):
    """What is shown on stderr meanwhile."""

    quiet: writing.Quiet = False
    verbose: writing.Verbose = False
    color: writing.Color = None
    progress: writing.ProgressOption = None
