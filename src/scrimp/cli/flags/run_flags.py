"""The groups of flags that `run`, `ask`, `estimate`, `route` and `tune shadow` share, each flag in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.cli.flags.flag_group import FlagGroup

if TYPE_CHECKING:  # typer, which these declare flags for, takes as long to import as all else of a cached `ask`
    from scrimp.cli.flags import options as o


class ReadingFlags(FlagGroup, frozen=True):
    """How inputs are read."""

    format: o.Format = "auto"
    delimiter: o.Delimiter = None
    encoding: o.Encoding = None
    nul: o.Nul = False
    template: o.Template = None
    prompt_field: o.PromptField = None
    id_field: o.IdField = None
    system: o.System = None
    prefix: o.Prefix = None
    attach: o.Attach = None
    attach_field: o.AttachField = None
    skip: o.Skip = 0
    only_failed: o.OnlyFailed = None
    sample: o.Sample = None
    seed: o.Seed = 0
    limit: o.Limit = None
    shard: o.ShardOption = None


class SystemFlag(FlagGroup, frozen=True):
    """The system text of a prompt that is not read from an input."""

    system: o.System = None


class OneRowFlags(FlagGroup, frozen=True):
    """A row of an input, as `run` makes a prompt of it."""

    template: o.Template = None
    format: o.Format = "auto"
    skip: o.Skip = 0
    system: o.System = None


class RouteFlags(FlagGroup, frozen=True):
    """Where prompts go."""

    tier: o.Tier = None
    chain: o.ChainName = None
    model: o.Model = None
    min_confidence: o.MinConfidence = None


class AnswerFlags(FlagGroup, frozen=True):
    """What a completion must be, and what is asked of the model for it."""

    choices: o.Choices = None
    choices_text: o.ChoicesText = None
    schema: o.Schema = None
    max_output: o.MaxOutput = None
    effort: o.Effort = None
    temperature: o.Temperature = None


class SamplesFlag(FlagGroup, frozen=True):
    """How many completions of a prompt are wanted."""

    samples: o.Samples = None


class CheckFlag(FlagGroup, frozen=True):
    """The user's own check of a completion."""

    check: o.Check = None


class CostFlags(FlagGroup, frozen=True):
    """What may be spent, and what makes it less."""

    max_cost: o.MaxCost = None
    allow_unpriced: o.AllowUnpriced = False
    cache: o.CacheOption = None
    cache_ttl: o.CacheTtl = None
    allow_unkept: o.AllowUnkept = False
    compress: o.Compress = None
    baseline: o.Baseline = None


class BudgetFlags(FlagGroup, frozen=True):
    """Whether other runs spend from the same cap."""

    budget: o.Budget = None
    allow_unshared: o.AllowUnshared = False


class RowLimitFlags(FlagGroup, frozen=True):
    """What one row may cost, what becomes of one that would cost more, and of one whose size makes it dearer."""

    max_cost_per_row: o.MaxCostPerRow = None
    on_dear: o.OnDear = None
    on_cliff: o.OnCliff = None


class CallFlags(FlagGroup, frozen=True):
    """How calls are made."""

    concurrency: o.Concurrency = None
    rpm: o.Rpm = None
    tpm: o.Tpm = None
    retries: o.Retries = None
    timeout: o.Timeout = None


class StopFlags(FlagGroup, frozen=True):
    """When a run stops, and in which order its rows come."""

    max_failures: o.MaxFailures = None
    fail_on: o.FailOnOption = "any"
    order: o.OrderOption = None


class EngineFlags(FlagGroup, frozen=True):
    """What answers the rows."""

    engine: o.EngineOption = "local"
    workers: o.Workers = None


class DryRunFlag(FlagGroup, frozen=True):
    """To look at what would be sent."""

    dry_run: o.DryRun = False


class BatchFlags(FlagGroup, frozen=True):
    """To send work that can wait for half the price."""

    batch: o.Batch = False
    deadline: o.Deadline = None
    job: o.JobName = None
    queue: o.Queue = None
    when_idle: o.WhenIdle = False
    batch_goal: o.BatchGoalOption = "answered"
    batch_json: o.BatchJson = False

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

    route: o.RouteLabel = None
    user: o.User = None
    tag: o.Tag = None
    priority: o.PriorityOption = "normal"


class OutputFlags(FlagGroup, frozen=True):
    """Where rows and the bill go, and how they are written."""

    output: o.Output = "-"
    out: o.Out = None
    fields: o.Fields = None
    summary: o.Summary = "auto"
    summary_file: o.SummaryFile = None


class ScreenFlags(FlagGroup, frozen=True):
    """What is shown on stderr meanwhile."""

    quiet: o.Quiet = False
    verbose: o.Verbose = False
    color: o.Color = None
    progress: o.ProgressOption = None
