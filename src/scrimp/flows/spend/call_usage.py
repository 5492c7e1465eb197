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
    calls = tuple(_call_usage(entry, heard.get(entry.call), compared) for entry in paid)
    return () if len(calls) == 1 and _is_plain(calls[0]) else calls


def _is_plain(call: CallUsage) -> bool:
    return call.reported_cost is None and not (call.service_tier or call.speed or call.region)


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
