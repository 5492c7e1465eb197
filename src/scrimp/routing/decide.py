"""Where a prompt goes: by the user's first matching rule, else by the prior for its kind of task."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.enums import Level, Priority
from scrimp.errors import ConfigError
from scrimp.regexes import pattern
from scrimp.routing.tiers import RAISED_TIERS, TIERS, tier_of
from scrimp.values import Chain, Parameters, Prompt, Route, RuleCap

if TYPE_CHECKING:  # protocols take a third of a millisecond each to define, and only the checker reads them
    from typing import Protocol

    class RuleLabels(Protocol):
        """What the user calls this work."""

        @property
        def route(self) -> str | None:
            """The name of this kind of work."""

        @property
        def tags(self) -> Mapping[str, str]:
            """Other names for it."""

        @property
        def user(self) -> str | None:
            """Who it is for."""

        @property
        def priority(self) -> Priority:
            """How much it matters."""

    class ChainSource(Protocol):
        """Chains by name; a name that is none is a ConfigError."""

        @property
        def tiers(self) -> Collection[str]:
            """The tiers there are."""

        def tier_chain(self, name: str) -> Chain:
            """Return the chain of one step that a tier is."""

        def chain(self, name: str) -> Chain:
            """Return an escalation chain."""

        def model_chain(self, name: str) -> Chain:
            """Return the chain of one model."""


class Rule(Struct, frozen=True, kw_only=True):
    """Conditions that must all hold (none: every prompt), and the one place prompts go then."""

    route: str | None = None  # the label given with --route
    file: str | None = None  # a glob: of the file's name, or of its path where it has a slash
    match: str | None = None  # a regular expression to be found in the text
    tag: str | None = None  # k=v, or k for any value
    user: str | None = None  # the name given with --user
    priority: Priority | None = None  # low, normal or high
    compress: Level | None = None  # the level of compression for prompts it matches
    max_cost: Decimal | None = None  # dollars for all of them in one run
    tier: str | None = None
    chain: str | None = None
    model: str | None = None


class PromptLabels(Struct, frozen=True):
    """Work without a name."""

    route: str | None = None
    tags: Mapping[str, str] = {}
    user: str | None = None
    priority: Priority = "normal"


_NO_LABELS = PromptLabels()
_NO_PARAMETERS = Parameters()


def decide(
    prompt: Prompt,
    rules: Sequence[Rule],
    places: ChainSource,
    *,
    labels: RuleLabels = _NO_LABELS,
    parameters: Parameters = _NO_PARAMETERS,
    learned: Callable[[Prompt], Route | None] | None = None,
    cheapest: Callable[[], Chain] | None = None,
) -> Route:
    """Return where a prompt goes and the words for why: "rule 2: file *.py", "prior: classification".

    The user's rules come first, then what was learned of the prompt's task, then how much it matters and the prior for
    its kind of task.
    """
    for number, rule in enumerate(rules, 1):
        reason = _match(rule, number, prompt, labels)
        if isinstance(reason, _RuleMatch):
            return _rule_route(rule, number, reason.why, places)
    if learned is not None and (route := learned(prompt)) is not None:
        return route
    if labels.priority == "low" and cheapest is not None:
        return Route(chain=cheapest(), tier=None, why="priority low: the cheapest model")
    choice = tier_of(prompt.text, prompt.system, parameters)
    wanted, raised = (RAISED_TIERS[choice.tier], ", priority high") if labels.priority == "high" else (choice.tier, "")
    tier = _nearest_tier(wanted, places.tiers)
    missing = "" if tier == wanted else f"; there is no tier {wanted}"
    return Route(chain=places.tier_chain(tier), tier=tier, why=f"prior: {choice.why}{raised}{missing}")


def explain(prompt: Prompt, rules: Sequence[Rule], labels: RuleLabels = _NO_LABELS) -> list[str]:
    """Return a line for each rule up to the one that matches: the condition that does not hold, or all that do."""
    said: list[str] = []
    for number, rule in enumerate(rules, 1):
        reason = _match(rule, number, prompt, labels)
        if isinstance(reason, _RuleMatch):
            return [*said, f"rule {number}: yes, {reason.why}; to {_destination(rule)}"]
        said.append(f"rule {number}: no, {reason}")
    return said


def _destination(rule: Rule) -> str:
    places = (("tier", rule.tier), ("chain", rule.chain), ("model", rule.model), ("compress", rule.compress))
    return ", ".join(f"{name} {place}" for name, place in places if place is not None)


def check_rules(rules: Sequence[Rule]) -> None:
    """Refuse rules that cannot be used, so that a run finds out before it starts."""
    for number, rule in enumerate(rules, 1):
        given = [place for place in (rule.tier, rule.chain, rule.model) if place is not None]
        if len(given) != 1:
            what = "says more than one" if given else "says none"
            raise ConfigError(f"rule {number} {what} of tier, chain and model: a prompt goes to exactly one place")
        if rule.match is not None:
            _compiled(rule.match, number)


class _RuleMatch(Struct, frozen=True):
    """All conditions of a rule hold, in these words."""

    why: str


def _match(rule: Rule, number: int, prompt: Prompt, labels: RuleLabels) -> _RuleMatch | str:
    """Return the conditions of a rule when all of them hold, or the first that does not; the cheap ones come first."""
    conditions: tuple[tuple[str, str | None, Callable[[str], bool]], ...] = (
        ("route", rule.route, lambda wanted: labels.route == wanted),
        ("tag", rule.tag, lambda wanted: _has_tag(wanted, labels.tags)),
        ("user", rule.user, lambda wanted: labels.user == wanted),
        ("priority", rule.priority, lambda wanted: labels.priority == wanted),
        ("file", rule.file, lambda wanted: _from_file(wanted, prompt.source)),
        ("match", rule.match, lambda wanted: _compiled(wanted, number).search(prompt.text) is not None),
    )
    reasons = []
    for name, wanted, holds in conditions:
        if wanted is not None:
            if not holds(wanted):
                return f"not {name} {wanted}"
            reasons.append(f"{name} {wanted}")
    return _RuleMatch(", ".join(reasons) or "every prompt")


def _has_tag(tag: str, tags: Mapping[str, str]) -> bool:
    name, equals, value = tag.partition("=")
    return name in tags and (not equals or tags[name] == value)


def _from_file(glob: str, source: str) -> bool:
    """Compare with the file a row came from: "dir/tickets.jsonl:3" is the third row of a file."""
    from fnmatch import fnmatchcase  # noqa: PLC0415 - only where a rule names files

    path, colon, row = source.rpartition(":")
    path = path if colon and row.isdecimal() else source
    return fnmatchcase(path if "/" in glob else path.rpartition("/")[2], glob)


def _compiled(match: str, number: int) -> re.Pattern[str]:
    try:
        return pattern(match)
    except re.error as error:
        raise ConfigError(f"rule {number}: match '{match}' is no regular expression ({error}): correct it") from error


def _rule_route(rule: Rule, number: int, reason: str, places: ChainSource) -> Route:
    try:
        chain = _chain(rule, places)
    except ConfigError as error:
        raise ConfigError(f"rule {number}: {error}") from error
    if chain is None:
        raise ConfigError(f"rule {number} says none of tier, chain and model: give it one")
    cap = None if rule.max_cost is None else RuleCap(f"rule {number}", rule.max_cost)
    return Route(chain=chain, tier=rule.tier, why=f"rule {number}: {reason}", level=rule.compress, cap=cap)


def _chain(rule: Rule, places: ChainSource) -> Chain | None:
    if rule.tier is not None:
        return places.tier_chain(rule.tier)
    if rule.chain is not None:
        return places.chain(rule.chain)
    return None if rule.model is None else places.model_chain(rule.model)


def _nearest_tier(tier: str, known: Collection[str]) -> str:
    """Return the tier, or where there is none of that name the next above it, else the next below."""
    place = TIERS.index(tier)
    for name in (*TIERS[place:], *reversed(TIERS[:place])):
        if name in known:
            return name
    raise ConfigError(f"auto needs a tier called {', '.join(TIERS[:-1])} or {TIERS[-1]}: add one under [tiers]")
