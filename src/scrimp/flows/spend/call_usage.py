"""What the paid calls of a row used, kept with its answer so that a hit can be priced as it would be now."""

from __future__ import annotations

from collections.abc import Sequence

from scrimp.enums import PAID_STATUSES
from scrimp.prices.price_row import STANDARD_TIERS
from scrimp.prices.regions import ANYWHERE
from scrimp.values import Attempt, CallUsage, Completion, Entry


def call_usages(entries: Sequence[Entry], attempts: Sequence[Attempt], compared: Entry) -> tuple[CallUsage, ...]:
    """Return what each paid call used; nothing for one call whose cost follows from the usage of its answer.

    `compared` is the entry of the one call that the baseline would have made, too.
    """
    heard = {
        each.completion.entry.call: each.completion for each in attempts if each.completion and each.completion.entry
    }
    paid = [entry for entry in entries if entry.status in PAID_STATUSES]
    if len(paid) == 1 and _is_plain(paid[0], heard.get(paid[0].call)):
        return ()
    return tuple(_call_usage(entry, heard.get(entry.call), compared) for entry in paid)


def _is_plain(entry: Entry, completion: Completion | None) -> bool:
    """Return whether what a call cost follows from its usage alone."""
    if entry.price == "reported" and entry.cost is not None:
        return False
    return completion is None or (
        completion.service_tier in STANDARD_TIERS
        and completion.speed in STANDARD_TIERS
        and completion.region in ANYWHERE
    )


def _call_usage(entry: Entry, completion: Completion | None, compared: Entry) -> CallUsage:
    """Return the usage of a call; for a judge's call only its entry is known."""
    reply = completion or Completion(
        text="", usage=entry.usage, stop_reason="stop", model=entry.answered_by or entry.model
    )
    return CallUsage(
        provider=entry.provider, model=entry.model, answered_by=reply.model, usage=entry.usage,
        service_tier=None if reply.service_tier in STANDARD_TIERS else reply.service_tier,
        speed=None if reply.speed in STANDARD_TIERS else reply.speed,
        region=None if reply.region in ANYWHERE else reply.region,
        reported_cost=entry.cost if entry.price == "reported" else None, compared=entry.call == compared.call,
    )  # fmt: skip
