"""Tuned levels of compression, certified from pairs with and without them, with the evidence for each."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from scrimp.enums import Level

Share = Annotated[float, Meta(ge=0, le=1)]
Finite = Annotated[float, Meta(ge=-1e6, le=1e6)]  # may be more than all: of a model that is better than the flagship
Count = Annotated[int, Meta(ge=0, le=2**53)]


class TunedLevel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The level at which the prompts of a task go to a model, and the evidence for it; shares are from 0 to 1."""

    signature: str
    model: str  # provider/model, with @effort where it is not the model's own, that was asked with and without it
    level: Level
    keep: Share | None = None  # the share of documents it keeps, where it leaves out sentences
    target: Share  # share of the answers to keep
    risk: Share
    bound: Finite  # share of them that is certified to be kept
    pairs: Count
    kept: str = "answers"  # what the share counts, for people to read: answers, or right answers
    self_agreement: Share | None = None  # share of its answers that the model gave again, where it was asked
    saved: Finite | None = None  # share of the dollars; None if unknown
    saved_tokens: Finite | None = None  # share of the prompts' tokens
    version: str  # version of the compression code
    certified: str  # UTC, such as 2026-11-09T14:03:21Z
    template: str | None = None  # the fingerprint of its prompts' template, as a route has it
    # Pairs with an answer without the level, and those with the same one at it; none where that is what is certified.
    agreed: Count = 0
    compared: Count = 0
    drift: str | None = None  # why it no longer holds; such a level is not used

    @property
    def day(self) -> str:
        """The day on which it was certified."""
        return self.certified.partition("T")[0]

    @property
    def name(self) -> str:
        """The level in words: focus 0.6."""
        return self.level if self.keep is None else f"{self.level} {self.keep:g}"


def level_no_longer_used(level: TunedLevel) -> str:
    """Return the sentence on a level that is no longer certified."""
    flags = f"--compress {level.level}" + ("" if level.keep is None else f" --keep {level.keep:g}")
    return (
        f"{level.name}, certified for task {level.signature} on {level.day}, is no longer used: {level.drift}; collect "
        f"pairs again (scrimp tune shadow {flags}) and certify it again"
    )
