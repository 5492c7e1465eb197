"""What planned pairs can certify at best, and how many are wanted: told before they are paid for.

Computed by what certifies them: the groups, the risk they share, and the bound of a record without a loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.compression_version import compression_version
from scrimp.store.tuning.level_replies import LevelReplyStore, Side
from scrimp.store.tuning.looks import ROUTES, LookedAt, LookStore, of_level
from scrimp.store.tuning.pairs import PairStore, StoredPrompt
from scrimp.tuning.claim_groups import ClaimGroup, claim_groups, rows_wanted
from scrimp.tuning.model_families import family
from scrimp.tuning.shortlist import pairs_tested_first
from scrimp.tuning.statistics.bounds import best_bound
from scrimp.tuning.statistics.looks import share_of_look
from scrimp.units import format_count, format_percent_briefly, pluralize

if TYPE_CHECKING:
    from scrimp.flows.services import Services

MOST_PLANNED = 2_000  # prompts that are read ahead: more than any usual target wants
_RISK, _TARGET, _TARGETS = 0.05, 0.95, (0.95, 0.98)  # those of `tune certify` without flags, and the next target
_MOST_NAMED = 3  # groups of tasks
_SHARE_WITHOUT_LOSS = "a third"  # of the rows wanted; the rest are there to afford losses


class PlannedPrompt(Struct, frozen=True):
    """A prompt that there will be a pair of."""

    signature: str
    kind: str
    is_new: bool


class PlannedGroup(Struct, frozen=True, kw_only=True):
    """Rows that will be certified together, the most that they certify without a loss, and how many are wanted."""

    tasks: tuple[str, ...]
    rows: int
    stored: int  # rows already stored
    best: float  # share of quality; 0 if they are too few to certify any
    wanted: tuple[tuple[float, int], ...]  # pairs wanted, by target


def model_plan(planned: Sequence[StoredPrompt], models: Sequence[str], services: Services) -> list[PlannedGroup]:
    """Return what pairs of these models will certify, those that are stored included."""
    with PairStore(services.paths.ledger_db) as pairs:
        stored = pairs.tasks()
    families = {family(services.routes.model(model).model) for model in models}
    return _plan(planned, stored, ROUTES, services, first=pairs_tested_first(len(families) - 1))


def level_plan(planned: Sequence[StoredPrompt], side: Side, services: Services) -> list[PlannedGroup]:
    """Return what pairs with and without a level of compression will certify, if one model answers them."""
    version = compression_version()
    with LevelReplyStore(services.paths.ledger_db) as store:
        replies = [prompt for prompt, reply in store.replies(side) if reply.version == version]
    return _plan(
        planned, {each.key: (each.signature, each.kind) for each in replies}, of_level(side, version), services
    )


def _plan(
    planned: Sequence[StoredPrompt], stored: Mapping[str, tuple[str, str]], at: LookedAt, services: Services,
    *, first: int = 1,
) -> list[PlannedGroup]:  # fmt: skip
    groups = claim_groups(planned_rows(planned, stored), _TARGET, _RISK * share_of_look(1))
    tasks = {prompt.signature for prompt in planned}
    with LookStore(services.paths.ledger_db) as store:
        looks = [store.looks("\n".join(group.signatures), at) for group in groups]
    found = [
        _group(group, _RISK * share_of_look(look + 1), len(groups), len(tasks.intersection(group.signatures)), first)
        for group, look in zip(groups, looks, strict=True)
        if tasks.intersection(group.signatures)
    ]
    return sorted(found, key=lambda group: group.rows, reverse=True)


def planned_rows(planned: Sequence[StoredPrompt], stored: Mapping[str, tuple[str, str]]) -> list[PlannedPrompt]:
    """Return the rows there will be: those that are stored, each under the name it will have, and the planned ones."""
    rows = {key: PlannedPrompt(signature, kind, is_new=False) for key, (signature, kind) in stored.items()}
    for prompt in planned:
        if prompt.key not in rows or prompt.named:
            rows[prompt.key] = PlannedPrompt(prompt.signature, prompt.kind, is_new=prompt.key not in stored)
    return list(rows.values())


def _group(group: ClaimGroup[PlannedPrompt], risk: float, groups: int, planned: int, first: int) -> PlannedGroup:
    """`groups` share the risk now, and more would if each of the planned tasks of this one had rows enough.

    Of a group, the policies that are tested `first` share its part.
    """
    shares = groups + planned - (planned == len(group.signatures))
    return PlannedGroup(
        tasks=group.signatures, rows=len(group.rows), stored=sum(not row.is_new for row in group.rows),
        best=best_bound(len(group.rows), risk / groups / first),
        wanted=tuple((target, rows_wanted(target, risk / shares)) for target in _TARGETS),
    )  # fmt: skip


def naming_advice(planned: Sequence[StoredPrompt]) -> str | None:
    """Return advice if no run will recognize the task of planned prompts; None if one will."""
    if all(prompt.named or prompt.template is not None for prompt in planned):
        return None
    return (
        "name the task of these prompts with --route: they are not made by a --template of four words or more, so that "
        "no run recognizes them by anything else"
    )


def plan_sentences(groups: Sequence[PlannedGroup], of: str, *, more: bool) -> Iterator[str]:
    """Yield a sentence for each group; `of` is what is kept, and `more` whether there are more rows than were read."""
    for group in groups[:_MOST_NAMED]:
        single = len(group.tasks) == 1
        name = group.tasks[0] if single else pluralize(len(group.tasks), "task")
        stored = f" ({format_count(group.stored)} of them stored)" if group.stored else ""
        at_best = (
            f"they certify at best {format_percent_briefly(group.best)} of {of}"
            if group.best
            else "too few to certify anything"
        )
        average = "" if single else ", on average over these tasks"
        wanted = ", ".join(
            f"{format_count(rows)} for {format_percent_briefly(target)}" for target, rows in group.wanted
        )
        yield (
            f"{name}: {pluralize(group.rows, 'pair')}{' or more' if more else ''} planned{stored}: {at_best}{average}; "
            f"a task wants about {wanted}, or {_SHARE_WITHOUT_LOSS} of them where no answer is lost"
        )
    if len(groups) > _MOST_NAMED:
        yield f"and {pluralize(len(groups) - _MOST_NAMED, 'smaller group')} of tasks"
