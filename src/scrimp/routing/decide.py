"""Where a prompt goes: by the user's first matching rule, else by the prior for its kind of task."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.errors import ConfigError
from scrimp.routing.patterns import pattern
from scrimp.routing.tiers import TIERS, tier_of
from scrimp.values import Chain, Parameters, Prompt, Route

if TYPE_CHECKING:  # protocols take a third of a millisecond each to define, and only the checker reads them
    from typing import Protocol

    class Labels(Protocol):
        """What the user calls this work."""

        @property
        def route(self) -> str | None:
            """The name of this kind of work."""

        @property
        def tags(self) -> Mapping[str, str]:
            """Other names for it."""

    class Places(Protocol):
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
    tier: str | None = None
    chain: str | None = None
    model: str | None = None


class NoLabels(Struct, frozen=True):
    """Work without a name."""

    route: str | None = None
    tags: Mapping[str, str] = {}


_NO_LABELS = NoLabels()
_NOTHING = Parameters()


def decide(
    prompt: Prompt,
    rules: Sequence[Rule],
    places: Places,
    *,
    labels: Labels = _NO_LABELS,
    parameters: Parameters = _NOTHING,
) -> Route:
    """Return where a prompt goes and the words for why: "rule 2: file *.py", "prior: classification"."""
    for number, rule in enumerate(rules, 1):
        reason = _matches(rule, number, prompt, labels)
        if reason is not None:
            return _ruled(rule, number, reason, places)
    choice = tier_of(prompt.text, prompt.system, parameters)
    tier = _configured(choice.tier, places.tiers)
    missing = "" if tier == choice.tier else f"; there is no tier {choice.tier}"
    return Route(chain=places.tier_chain(tier), tier=tier, why=f"prior: {choice.why}{missing}")


def check_rules(rules: Sequence[Rule]) -> None:
    """Refuse rules that cannot be used, so that a run finds out before it starts."""
    for number, rule in enumerate(rules, 1):
        given = [place for place in (rule.tier, rule.chain, rule.model) if place is not None]
        if len(given) != 1:
            what = "says more than one" if given else "says none"
            raise ConfigError(f"rule {number} {what} of tier, chain and model: a prompt goes to exactly one place")
        if rule.match is not None:
            _compiled(rule.match, number)


def _matches(rule: Rule, number: int, prompt: Prompt, labels: Labels) -> str | None:
    """Return the conditions of a rule in words when all of them hold; the cheap ones are asked first."""
    reasons = []
    if rule.route is not None:
        if labels.route != rule.route:
            return None
        reasons.append(f"route {rule.route}")
    if rule.tag is not None:
        if not _tagged(rule.tag, labels.tags):
            return None
        reasons.append(f"tag {rule.tag}")
    if rule.file is not None:
        if not _from_file(rule.file, prompt.source):
            return None
        reasons.append(f"file {rule.file}")
    if rule.match is not None:
        if not _compiled(rule.match, number).search(prompt.text):
            return None
        reasons.append(f"match {rule.match}")
    return ", ".join(reasons) or "every prompt"


def _tagged(tag: str, tags: Mapping[str, str]) -> bool:
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


def _ruled(rule: Rule, number: int, reason: str, places: Places) -> Route:
    why = f"rule {number}: {reason}"
    try:
        if rule.tier is not None:
            return Route(chain=places.tier_chain(rule.tier), tier=rule.tier, why=why)
        if rule.chain is not None:
            return Route(chain=places.chain(rule.chain), tier=None, why=why)
        if rule.model is not None:
            return Route(chain=places.model_chain(rule.model), tier=None, why=why)
    except ConfigError as error:
        raise ConfigError(f"rule {number}: {error}") from error
    raise ConfigError(f"rule {number} says none of tier, chain and model: give it one")


def _configured(tier: str, known: Collection[str]) -> str:
    """Return the tier, or where there is none of that name the next above it, else the next below."""
    place = TIERS.index(tier)
    for name in (*TIERS[place:], *reversed(TIERS[:place])):
        if name in known:
            return name
    raise ConfigError(f"auto needs a tier called {', '.join(TIERS[:-1])} or {TIERS[-1]}: add one under [tiers]")
