"""The schema of scrimp.toml and config.toml: every key, with its type, bounds and default.

Annotations are evaluated where they stand, as in `values`: kept as text, each would be compiled at every start.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from scrimp.config.alert_tables import AlertsTable
from scrimp.config.secret_patterns import contains_secret, is_variable_name
from scrimp.config.shared_tables import SharedTable
from scrimp.config.sink_tables import SinkTable
from scrimp.config.validated import Count, check_header, validate
from scrimp.enums import (
    Buy,
    CacheMode,
    ColorMode,
    Dialect,
    Effort,
    LabelHeaders,
    Level,
    OnDear,
    Priority,
    ProgressMode,
    ProviderCacheMode,
    RowOrder,
    Signal,
)
from scrimp.errors import ConfigError
from scrimp.prices.rates import Rates
from scrimp.units import checked_dollars, parse_discount, parse_duration, parse_percent, parse_row_limit

_YEAR = 31_536_000  # seconds
Fraction = Annotated[float, Meta(ge=0, le=1)]
# Its price is on its vendor's own list; those of newer models at the same price are known from others alone.
DEFAULT_BASELINE = "openai/gpt-6.1-sol"
DESTINATIONS = ("tier", "chain", "model")  # keys of [defaults] and of a rule: where prompts go; one of them is set


def check_plain_name(text: str, name: str) -> None:
    """Raise ConfigError for what is not a name of letters, digits and a few signs."""
    if not text.isascii() or not re.sub("[-._]", "", text).isalnum():
        raise ConfigError(f"{name} '{text}' is not a name of letters, digits, '.', '_' and '-'")


def _destinations(table: Struct) -> list[str]:
    return [name for name in DESTINATIONS if getattr(table, name) is not None]


class Defaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[defaults]: the values of flags of the same name; SCRIMP_NAME in the environment sets them too."""

    tier: str | None = None  # auto where neither chain nor model is set
    chain: str | None = None
    model: str | None = None
    buy: Buy | None = (
        None  # where it is not set a model that is named without a provider is bought where it is cheapest
    )
    min_confidence: Fraction | None = None
    max_output: Count | None = None
    effort: Effort | None = None
    choices_text: str | None = None
    agreement: bool = True  # short answers go to two cheap models first, where two families are configured
    compress: Level = "lossless"
    cache: CacheMode = "on"
    cache_ttl: str | None = None
    provider_cache: ProviderCacheMode = "auto"
    allow_unkept: bool = False
    max_cost: Decimal | None = None
    budget: str | None = None  # name of the budget whose runs share max_cost; empty: none
    allow_unshared: bool = False
    max_cost_per_row: Decimal | None = None
    on_dear: OnDear = "cheaper"
    on_cliff: Level | None = None  # for a prompt just above a size at which its model costs more
    allow_unpriced: bool = False
    baseline: str | None = None  # where none is set each row has its own (flows.spend.baseline)
    concurrency: Count = 16
    rpm: Count | None = None
    tpm: Count | None = None
    retries: Annotated[int, Meta(ge=0, le=1000)] = 2
    timeout: Annotated[float, Meta(gt=0, le=_YEAR)] = 600.0
    max_failures: str | None = None
    order: RowOrder = "input"
    color: ColorMode = "auto"
    progress: ProgressMode = "auto"

    def __post_init__(self) -> None:
        validate(parse_duration, self.cache_ttl, "cache_ttl")
        validate(parse_row_limit, self.max_failures, "max_failures")
        validate(checked_dollars, self.max_cost, "max_cost")
        validate(checked_dollars, self.max_cost_per_row, "max_cost_per_row")
        validate(check_plain_name, self.budget or None, "budget")
        destinations = _destinations(self)
        if len(destinations) > 1:
            raise ValueError(f"{' and '.join(destinations)} exclude each other: keep one")


class ProviderTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[providers.NAME]: changes to a preset, or a provider of the user's own."""

    dialect: Dialect | None = None
    base_url: str | None = None
    flavour: str | None = None
    key_env: str | None = None  # empty: no key is needed
    key_cmd: str | None = None
    key_file: str | None = None
    admin_key_env: str | None = None  # a key of the organization's administration, for `scrimp cost reconcile`
    admin_key_cmd: str | None = None
    admin_key_file: str | None = None
    auth_header: str | None = None
    auth_prefix: str | None = None
    headers: Mapping[str, str] = {}
    labels: LabelHeaders | None = None  # how a gateway is told of the run, its user and its tags
    price_provider: str | None = None
    discount: str | None = None  # on every price of its list; negative: a surcharge
    batch_discount: str | None = None  # discount of its batches on the live price
    credit: Decimal | None = None  # dollars that are used up before others are spent
    credit_since: date | None = None  # the day from which calls use it up
    buy: Buy | None = None  # "named": nothing is bought there that does not name it
    rpm: Count | None = None
    tpm: Count | None = None

    def __post_init__(self) -> None:
        validate(parse_discount, self.discount, "discount")
        validate(parse_discount, self.batch_discount, "batch_discount")
        validate(checked_dollars, self.credit, "credit")
        headers = {**self.headers, self.auth_header or "authorization": self.auth_prefix or ""}
        for name, value in headers.items():
            check_header(name, value)
        # Messages print this name ("set OPENAI_API_KEY"); a key put here by mistake must not be printed.
        for key, variable in (("key_env", self.key_env), ("admin_key_env", self.admin_key_env)):
            if variable and (not is_variable_name(variable) or contains_secret(variable)):
                raise ValueError(
                    f"{key} takes the name of an environment variable, such as OPENAI_API_KEY, never the key itself"
                )


class ModelTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[models."provider/model"]: settings of every call to a model, its price, and the file of a local one."""

    effort: Effort | None = None
    max_output: Count | None = None
    price: Rates | None = None
    batch_price: Rates | None = None  # rates that differ in batches
    tier_prices: Mapping[str, Rates] = {}  # rates that differ by the reply's service tier: flex, priority
    same_as: str | None = None  # the model that this is, by another provider's name: provider/model
    buy: Buy | None = None
    batch_discount: str | None = None  # batch discount on the live price; overrides the list's batch price
    path: str | None = None

    def __post_init__(self) -> None:
        validate(parse_discount, self.batch_discount, "batch_discount")
        if self.same_as is not None and not all(self.same_as.partition("/")):
            raise ValueError(f"same_as '{self.same_as}' does not name a model: write it as provider/model")
        prices = {"price": self.price, "batch_price": self.batch_price}
        prices |= {f"tier_prices.{tier}": rates for tier, rates in self.tier_prices.items()}
        for name, rates in prices.items():
            for kind in Rates.__struct_fields__:
                validate(checked_dollars, getattr(rates, kind, None), f"{name}.{kind}")
        if self.price is None and (self.batch_price is not None or self.tier_prices):
            raise ValueError("batch_price and tier_prices say what differs from price: set price, too")
        if any(tier.strip() in ("", "batch") for tier in self.tier_prices):
            raise ValueError("tier_prices takes words of replies, such as flex or priority; for batches: batch_price")
        if self.batch_price is not None and self.batch_discount is not None:
            raise ValueError("batch_price and batch_discount exclude each other: keep one")


class ChainTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[chains.NAME]: an escalation chain."""

    steps: tuple[str, ...]
    signal: Signal = "auto"
    min_confidence: Fraction = 0.9
    max_escalation: str | None = None
    judge: str | None = None  # a tier or model, for the signals judge and decisions
    parallel: bool = False

    def __post_init__(self) -> None:
        validate(parse_percent, self.max_escalation, "max_escalation")
        if not self.steps:
            raise ValueError("steps is empty: name tiers or models")


class RuleTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[[rules]]: conditions that must all hold, and where the prompt then goes."""

    route: str | None = None
    file: str | None = None
    match: str | None = None
    tag: str | None = None
    user: str | None = None
    priority: Priority | None = None
    compress: Level | None = None
    max_cost: Decimal | None = None  # dollars for all its rows in one run
    max_cost_per_row: Decimal | None = None
    on_dear: OnDear | None = None  # the run's, where it is not set
    queue: str | None = None  # the queue that `scrimp batch submit` leaves requests in
    tier: str | None = None
    chain: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        validate(checked_dollars, self.max_cost, "max_cost")
        validate(checked_dollars, self.max_cost_per_row, "max_cost_per_row")
        validate(check_plain_name, self.queue, "queue")
        if len(_destinations(self)) != 1:
            raise ValueError("a rule sends prompts to exactly one place: set tier, chain or model")


class ShadowTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[shadow]: at the end of a run, a share of its calls is repeated with other models, for `scrimp tune`."""

    share: str = "0%"
    max_cost: Decimal = Decimal("1.00")  # dollars for one run, apart from the run's own cap
    models: tuple[str, ...] = ()  # empty: two cheap models and the first of the high tier
    certified: str = "0%"  # share of certified rows also sent to the flagship, as a check
    certified_max_cost: Decimal = Decimal("0.50")  # dollars for that in 24 hours

    def __post_init__(self) -> None:
        for name in ("share", "certified"):
            validate(parse_percent, getattr(self, name), name)
        for name in ("max_cost", "certified_max_cost"):
            validate(checked_dollars, getattr(self, name), name)


class BatchTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[batch]: how batches are waited for."""

    poll: str = "60s"  # the most time between two looks at a batch
    window: str | None = None  # how long a batch may take, if the provider offers a choice

    def __post_init__(self) -> None:
        validate(parse_duration, self.poll, "poll")
        validate(parse_duration, self.window, "window")


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration."""

    defaults: Defaults = Defaults()
    providers: Mapping[str, ProviderTable] = {}
    tiers: Mapping[str, tuple[str, ...]] = {}
    efforts: Mapping[str, Effort] = {}  # by tier: effort of models that have none of their own
    models: Mapping[str, ModelTable] = {}
    chains: Mapping[str, ChainTable] = {}
    rules: tuple[RuleTable, ...] = ()
    alerts: AlertsTable = AlertsTable()
    sinks: Mapping[str, SinkTable] = {}
    shared: SharedTable = SharedTable()
    shadow: ShadowTable = ShadowTable()
    batch: BatchTable = BatchTable()

    def __post_init__(self) -> None:
        for name in self.providers:
            if not name or "/" in name:
                raise ValueError(f"a provider cannot be called '{name}': choose a name without a slash")
        for name in self.models:
            if not all(name.partition("/")):
                raise ValueError(f'[models."{name}"] does not name a provider: write it as provider/model')
        for name, models in self.tiers.items():
            if not models:
                raise ValueError(f"tiers.{name} is empty: name a model")
            if name == "auto":
                raise ValueError("a tier cannot be called auto: auto lets scrimp choose the tier")
