"""The schema of [alerts]: what is watched in the ledger, and who is told."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from scrimp.config.secret_patterns import contains_secret, is_variable_name
from scrimp.config.validated import Count, validate
from scrimp.units import checked_dollars, parse_duration, parse_percent

FLAGSHIP = "flagship"  # as a model: the baseline, and the models that tier high alone has
LONGEST_HOOK = 60.0  # seconds


class ShareAlert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model's share of all cost, calls or tokens, or a tier's; both are globs, but for the model FLAGSHIP."""

    above: str
    model: str = "*"
    tier: str = "*"
    of: Literal["cost", "calls", "tokens"] = "cost"
    since: str = "30d"
    min_calls: Count = 20  # with fewer calls, one failure would be too large a share

    def __post_init__(self) -> None:
        validate(parse_percent, self.above, "above")
        validate(parse_duration, self.since, "since")
        if (self.model == "*") == (self.tier == "*"):
            raise ValueError("a share is one of a model or of a tier: name one of them")


class ErrorsAlert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share of a model's calls that failed or were lost; each model that the glob matches by itself."""

    above: str
    model: str = "*"
    since: str = "1h"
    min_calls: Count = 20

    def __post_init__(self) -> None:
        validate(parse_percent, self.above, "above")
        validate(parse_duration, self.since, "since")


class SpendAlert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dollars paid."""

    above: Decimal
    model: str = "*"
    since: str = "1d"

    def __post_init__(self) -> None:
        validate(checked_dollars, self.above, "above")
        validate(parse_duration, self.since, "since")


class EscalationAlert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share of a chain's rows that were answered above its cheap models; each chain by itself."""

    above: str
    chain: str = "*"
    since: str = "7d"
    min_rows: Count = 20

    def __post_init__(self) -> None:
        validate(parse_percent, self.above, "above")
        validate(parse_duration, self.since, "since")


class CacheAlert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share of the rows of runs that were found in the cache."""

    below: str
    since: str = "7d"
    min_rows: Count = 20

    def __post_init__(self) -> None:
        validate(parse_percent, self.below, "below")
        validate(parse_duration, self.since, "since")


class UnpricedAlert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any paid call whose price is unknown."""

    model: str = "*"
    since: str = "1d"

    def __post_init__(self) -> None:
        validate(parse_duration, self.since, "since")


class AlertsTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[alerts]: what is said at the end of a run and by `scrimp cost --check`, and whom to tell."""

    share: tuple[ShareAlert, ...] = ()
    errors: tuple[ErrorsAlert, ...] = ()
    spend: tuple[SpendAlert, ...] = ()
    escalation: tuple[EscalationAlert, ...] = ()
    cache: tuple[CacheAlert, ...] = ()
    unpriced: tuple[UnpricedAlert, ...] = ()
    drift: bool = False  # certified routes and levels that no longer hold
    command: str | None = None  # gets the news as JSON on its stdin
    webhook: str | None = None  # an address that gets it by POST
    webhook_env: str | None = None  # a variable with that address, which is a secret at most services
    timeout: str = "10s"  # for the command and for the address

    def __post_init__(self) -> None:
        validate(parse_duration, self.timeout, "timeout")
        if not 0 < parse_duration(self.timeout, "timeout") <= LONGEST_HOOK:
            raise ValueError(f"timeout is at most {LONGEST_HOOK:.0f}s, and more than 0s: a run waits for it")
        if self.command is not None and not self.command.strip():
            raise ValueError("command is empty: name a program, or leave it out")
        if self.webhook is not None and self.webhook_env is not None:
            raise ValueError("webhook and webhook_env exclude each other: keep one")
        if self.webhook is not None and not self.webhook.startswith(("https://", "http://")):
            raise ValueError("webhook is not an address: write https://HOST/PATH")
        if self.webhook_env and (not is_variable_name(self.webhook_env) or contains_secret(self.webhook_env)):
            raise ValueError("webhook_env takes the name of an environment variable, such as ALERT_WEBHOOK")

    @property
    def watches(self) -> bool:
        """Whether there is anything to evaluate."""
        lists = (self.share, self.errors, self.spend, self.escalation, self.cache, self.unpriced)
        return self.drift or any(lists)
