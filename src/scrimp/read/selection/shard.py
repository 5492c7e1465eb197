"""One of n parts of the rows (`--shard i/n`), so that several jobs can share an input.

A row belongs to a shard by what it asks, not by its place: equal prompts are in the same shard, which pays for them
once, and its cache has their completions whatever rows were added to the input since.
"""

from __future__ import annotations

from msgspec import Struct

from scrimp import fingerprint
from scrimp.errors import UsageError
from scrimp.values import Prompt

_MOST_DIGITS = 9


class Shard(Struct, frozen=True):
    """The `number`th of `count` shards, from 1."""

    number: int
    count: int

    @property
    def name(self) -> str:
        """Its name in that of a run."""
        return f"{self.number}of{self.count}"

    def has(self, prompt: Prompt) -> bool:
        """Return whether a prompt belongs to this shard; each belongs to one, and samples of a prompt to the same."""
        asked = fingerprint.key(
            b"", text=prompt.text, system=prompt.system, history=prompt.history, attachments=prompt.attachments,
            after=prompt.after,
        )  # fmt: skip
        return int.from_bytes(asked[:16], "big") % self.count == self.number - 1


def parse_shard(text: str | None) -> Shard | None:
    """Return the shard that `--shard` names, None if it is not given; raise UsageError if it names none."""
    if text is None:
        return None
    number, slash, count = text.partition("/")
    if not (slash and _is_number(number) and _is_number(count)):
        raise UsageError(f"--shard '{text}' is not one of n shards: write i/n, such as --shard 1/4")
    shard = Shard(int(number), int(count))
    if not shard.count:
        raise UsageError(f"--shard {text}: there are 0 shards: write --shard 1/1 for all rows")
    if not shard.number:
        raise UsageError(f"--shard {text}: shards are counted from 1: add 1 to an index that begins at 0")
    if shard.number > shard.count:
        raise UsageError(
            f"--shard {text}: there is no shard {shard.number} of {shard.count}: the last is {count}/{count}"
        )
    return shard


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
