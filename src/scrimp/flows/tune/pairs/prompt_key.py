"""The key of a prompt, whichever model answers; a share of all prompts is chosen by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from scrimp import fingerprint
from scrimp.store.tuning.pairs import OutputSpec
from scrimp.values import Prompt

_HASH_RANGE = 1 << 32


def prompt_key(prompt: Prompt, output_spec: OutputSpec) -> str:
    """Return the key of a prompt and the output asked for, in hex."""
    return _key(prompt, msgspec.json.encode(output_spec)).hex()


def in_share(prompt: Prompt, share: float) -> bool:
    """Return whether a prompt is in a share of all, 0..1: always the same ones, whatever other prompts there are."""
    return int.from_bytes(_key(prompt, b"")[:4]) < share * _HASH_RANGE


def sampled(prompts: Iterable[Prompt], share: float) -> Iterator[Prompt]:
    """Yield about that share of the prompts."""
    return (prompt for prompt in prompts if in_share(prompt, share))


def _key(prompt: Prompt, asked: bytes) -> bytes:
    return fingerprint.key(
        asked,
        text=prompt.text,
        system=prompt.system,
        history=prompt.history,
        attachments=prompt.attachments,
        after=prompt.after,
    )
