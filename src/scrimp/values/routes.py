"""Where prompts go: models, chains of them, and what limits a row."""

from decimal import Decimal

from msgspec import Struct

from scrimp.enums import Buy, Effort, Level, OnDear, RouteChoice, Signal


class ModelRef(Struct, frozen=True):
    """A model at a provider, with the user's settings for it; with an effort of its own it is an arm of the model."""

    provider: str
    model: str
    effort: Effort | None = None  # unless the run asks for another
    max_output: int | None = None
    arm: Effort | None = None  # the effort named with it, which overrides all others
    buy: Buy = "named"  # where it may be bought; not part of the cache key

    @property
    def id(self) -> str:
        """The name on the command line: provider/model, or provider/model@effort."""
        return self.without_arm if self.arm is None else f"{self.without_arm}@{self.arm}"

    @property
    def without_arm(self) -> str:
        """The name of the model at any effort: what has its price and its table in the config."""
        return f"{self.provider}/{self.model}"

    def effort_of(self, asked: Effort | None) -> Effort | None:
        """Return the effort of a call; `asked` is the run's, as --effort gives it."""
        return self.arm or asked or self.effort


class Step(Struct, frozen=True):
    """One stage of an escalation chain: the first healthy candidate is called, the rest are failovers."""

    name: str
    candidates: tuple[ModelRef, ...]
    tier: str | None = None


class Chain(Struct, frozen=True, kw_only=True):
    """Steps in ascending order; a tier is a chain of one step."""

    steps: tuple[Step, ...]
    name: str | None = None
    signal: Signal = "auto"
    min_confidence: float = 0.9
    max_escalation: float | None = None  # share of rows, 0..1
    escalate_unjudged: bool = False  # also from a completion that nothing can judge, as a certified route does
    judge: Step | None = None  # for the signal "judge"; None: the first step judges
    parallel: bool = False  # call the first two steps at the same time
    only_if_cheaper: bool = False  # skip what comes before the last step where it may not save money


class RuleCap(Struct, frozen=True):
    """The cost cap of a rule: the most its rows may cost in one run, in dollars."""

    name: str
    dollars: Decimal


class RowLimit(Struct, frozen=True, kw_only=True):
    """The most that one row is to cost, as is expected before it is called, and what becomes of one that costs more."""

    dollars: Decimal
    action: OnDear | None = None  # None: as the run has it
    rule: str | None = None  # the rule that sets the limit; None: the run


class TooDear(Struct, frozen=True, kw_only=True):
    """A row that was expected to cost more than its limit, and what was done about it."""

    limit: Decimal  # dollars, as all here
    rule: str | None = None  # the rule that sets the limit; None: the run
    expected: Decimal | None  # None if the price is unknown, which is never taken for cheap
    model: str  # the model that would have been called first
    action: OnDear
    instead: str | None = None  # the model that is called first instead, or the level it is compressed at
    now: Decimal | None = None  # the cost expected after the action


class Route(Struct, frozen=True, kw_only=True):
    """Where a prompt is sent, and why."""

    chain: Chain
    tier: str | None
    why: str
    level: Level | None = None  # level of compression, if the route sets one
    cap: RuleCap | None = None  # for all rows of the run with this route
    choice: RouteChoice = "routing"  # who chose the model
    flagship: str | None = None  # provider/model, which a certified route is used instead of
    certified_task: str | None = None  # the signature of its certificate
    key_chain: Chain | None = (
        None  # that of the cache key where it is not the chain itself: the key of a voter is missing
    )
    expected_gain: float | None = None  # the prior's estimate of what a high model gains over a simple one, in score
    certificate: str | None = None  # name of the certificate in the ledger
    limit: RowLimit | None = None  # limit per row, set by the rule
    dear: TooDear | None = None  # this row, so that it does not go where it would have gone
