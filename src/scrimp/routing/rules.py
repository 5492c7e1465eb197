"""The user's rules for routing: which of them a prompt matches, and where that one sends it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.enums import Level, OnDear, Priority
from scrimp.errors import ConfigError
from scrimp.regexes import TookTooLongError, pattern, search_within
from scrimp.values import Chain, Prompt, Route, RowLimit, RuleCap

# Seconds of processor time that a rule's expression may take in a text: hundreds of times what a sound one takes.
_SEARCH_SECONDS, _SEARCH_SECONDS_PER_CHARACTER = 0.5, 1e-6

if TYPE_CHECKING:  # protocols take a third of a millisecond each to define, and only the checker reads them
    from typing import Protocol

    class RuleLabels(Protocol):
        """The user's labels for a prompt."""

        @property
        def route(self) -> str | None:
            """The label given with --route."""

        @property
        def tags(self) -> Mapping[str, str]:
            """Tags by name."""

        @property
        def user(self) -> str | None:
            """The name given with --user."""

        @property
        def priority(self) -> Priority:
            """How much the completion matters."""

    class ChainSource(Protocol):
        """Chains by name; an unknown name is a ConfigError."""

        @property
        def tiers(self) -> Collection[str]:
            """The configured tiers."""

        def tier_chain(self, name: str) -> Chain:
            """Return a tier as a chain of one step."""

        def chain(self, name: str) -> Chain:
            """Return an escalation chain."""

        def model_chain(self, name: str) -> Chain:
            """Return the chain of one model."""


class RoutingRule(Struct, frozen=True, kw_only=True):
    """Conditions that must all hold (none: every prompt), and the tier, chain or model that matching prompts go to."""

    route: str | None = None  # the label given with --route
    file: str | None = None  # a glob: of the file's name, or of the end of its path where it has a slash
    match: str | None = None  # a regular expression, searched for in the text
    tag: str | None = None  # k=v, or k for any value
    user: str | None = None  # the name given with --user
    priority: Priority | None = None  # low, normal or high
    compress: Level | None = None  # the level of compression for prompts it matches
    max_cost: Decimal | None = None  # dollars for all of them in one run
    max_cost_per_row: Decimal | None = None  # dollars
    on_dear: OnDear | None = None  # what to do with a row that costs more; None: as in the run
    queue: str | None = None  # the queue that `scrimp batch submit` leaves them in
    tier: str | None = None
    chain: str | None = None
    model: str | None = None


class PromptLabels(Struct, frozen=True):
    """A prompt's labels; by default it has none."""

    route: str | None = None
    tags: Mapping[str, str] = {}
    user: str | None = None
    priority: Priority = "normal"


NO_LABELS = PromptLabels()


def queue_of(prompt: Prompt, rules: Sequence[RoutingRule], labels: RuleLabels = NO_LABELS) -> str | None:
    """Return the queue of the first rule that matches a prompt, wherever the prompt goes; None for none."""
    for number, rule in enumerate(rules, 1):
        if isinstance(match_of(rule, number, prompt, labels), RuleMatch):
            return rule.queue
    return None


def explain(prompt: Prompt, rules: Sequence[RoutingRule], labels: RuleLabels = NO_LABELS) -> list[str]:
    """Return a line for each rule up to the one that matches: the condition that does not hold, or all that do."""
    lines: list[str] = []
    for number, rule in enumerate(rules, 1):
        match = match_of(rule, number, prompt, labels)
        if isinstance(match, RuleMatch):
            return [*lines, f"rule {number}: yes, {match.why}; to {_destination(rule)}"]
        lines.append(f"rule {number}: no, {match}")
    return lines


def _destination(rule: RoutingRule) -> str:
    settings = (("tier", rule.tier), ("chain", rule.chain), ("model", rule.model), ("compress", rule.compress))
    return ", ".join(f"{name} {value}" for name, value in settings if value is not None)


def check_rules(rules: Sequence[RoutingRule]) -> None:
    """Raise ConfigError for a rule that cannot be used, so that a run fails before it starts."""
    for number, rule in enumerate(rules, 1):
        destinations = [name for name in (rule.tier, rule.chain, rule.model) if name is not None]
        if len(destinations) != 1:
            number_given = "more than one" if destinations else "none"
            raise ConfigError(f"rule {number} sets {number_given} of tier, chain and model: set exactly one")
        if rule.match is not None:
            _compiled(rule.match, number)


class RuleMatch(Struct, frozen=True):
    """The conditions of a rule, all of which hold, in words."""

    why: str


def match_of(rule: RoutingRule, number: int, prompt: Prompt, labels: RuleLabels) -> RuleMatch | str:
    """Return the conditions of a rule where all of them hold, else the first that does not; cheap ones come first."""
    conditions: tuple[tuple[str, str | None, Callable[[str], bool]], ...] = (
        ("route", rule.route, lambda wanted: labels.route == wanted),
        ("tag", rule.tag, lambda wanted: _has_tag(wanted, labels.tags)),
        ("user", rule.user, lambda wanted: labels.user == wanted),
        ("priority", rule.priority, lambda wanted: labels.priority == wanted),
        ("file", rule.file, lambda wanted: _from_file(wanted, prompt.source)),
        ("match", rule.match, lambda wanted: _found(wanted, number, prompt)),
    )
    reasons = []
    for name, wanted, holds in conditions:
        if wanted is not None:
            if not holds(wanted):
                return f"not {name} {wanted}"
            reasons.append(f"{name} {wanted}")
    return RuleMatch(", ".join(reasons) or "every prompt")


def _has_tag(tag: str, tags: Mapping[str, str]) -> bool:
    name, equals, value = tag.partition("=")
    return name in tags and (not equals or tags[name] == value)


def _from_file(glob: str, source: str) -> bool:
    """Return whether the glob matches the file a row came from: "dir/tickets.jsonl:3" is the third row of a file.

    One with a slash matches the end of a path: the same file may be named from its folder's parent, or from the root.
    """
    from fnmatch import fnmatchcase  # only where a rule names files

    path, colon, row = source.rpartition(":")
    path = path if colon and row.isdecimal() else source
    if "/" not in glob:
        return fnmatchcase(path.rpartition("/")[2], glob)
    return fnmatchcase(path, glob) or fnmatchcase(path, f"*/{glob}")


def _found(match: str, number: int, prompt: Prompt) -> bool:
    """Return whether an expression is in a text; raise ConfigError if that would take all day."""
    seconds = _SEARCH_SECONDS + len(prompt.text) * _SEARCH_SECONDS_PER_CHARACTER
    try:
        return search_within(_compiled(match, number), prompt.text, seconds) is not None
    except TookTooLongError as error:
        raise ConfigError(
            f"rule {number}: match '{match}' takes more than {seconds:.1f} s to search in "
            f"{prompt.source or 'the prompt'}: write it without a repetition inside another one, such as (x+)+"
        ) from error


def _compiled(match: str, number: int) -> re.Pattern[str]:
    try:
        return pattern(match)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(
            f"rule {number}: match '{match}' is not a regular expression ({error}): correct it"
        ) from error


def rule_route(rule: RoutingRule, number: int, reason: str, chains: ChainSource) -> Route:
    """Return where a rule sends the prompts it matches; ConfigError if there is nothing of that name."""
    try:
        chain = _chain(rule, chains)
    except ConfigError as error:
        raise ConfigError(f"rule {number}: {error}") from error
    if chain is None:
        raise ConfigError(f"rule {number} sets none of tier, chain and model: set exactly one")
    cap = None if rule.max_cost is None else RuleCap(f"rule {number}", rule.max_cost)
    return Route(
        chain=chain, tier=rule.tier, why=f"rule {number}: {reason}", level=rule.compress, cap=cap,
        limit=_row_limit(rule, number),
        choice="named model" if rule.chain is None else "chain",
    )  # fmt: skip


def _row_limit(rule: RoutingRule, number: int) -> RowLimit | None:
    if rule.max_cost_per_row is None:
        return None
    return RowLimit(dollars=rule.max_cost_per_row, action=rule.on_dear, rule=f"rule {number}")


def _chain(rule: RoutingRule, chains: ChainSource) -> Chain | None:
    if rule.tier is not None:
        return chains.tier_chain(rule.tier)
    if rule.chain is not None:
        return chains.chain(rule.chain)
    return None if rule.model is None else chains.model_chain(rule.model)
