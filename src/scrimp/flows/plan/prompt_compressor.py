"""Compress the texts of a prompt: its system text, earlier turns and last turn, each separately.

Each text is compressed by its own content alone, so that its bytes do not depend on later turns, and the provider's
prompt cache still matches when a conversation grows. Sentences of a user's turn are selected for its own question;
turns of the model do not change.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from scrimp.compress import LEVELS, compress
from scrimp.values import Message, Prompt

# Rows share their system text, and rows of one conversation their turns. Longer texts (in characters) are not cached.
_CACHED_TEXTS, _MAX_CACHED = 256, 65_536
# The highest level for system texts: nothing may be left out, and their wording was chosen on purpose.
_SYSTEM_LEVEL = "lossless"


class CompressedPrompt(Struct, frozen=True):
    """The texts of a prompt as they are sent, and the rules that changed them."""

    text: str
    system: str | None
    history: tuple[Message, ...]
    rules: tuple[str, ...]
    note: str = ""  # why the requested level could not be reached for the last turn


class _CompressedPart(Struct, frozen=True):
    text: str
    rules: tuple[str, ...]


class PromptCompressor:
    """Compresses the prompts of one run."""

    def __init__(self, level: str) -> None:
        self._level = level
        self._system_level = LEVELS[min(LEVELS.index(level), LEVELS.index(_SYSTEM_LEVEL))]
        self._cached = lru_cache(maxsize=_CACHED_TEXTS)(_compress_part)

    def compress(self, prompt: Prompt) -> CompressedPrompt:
        """Return the texts of a prompt as they are sent."""
        last = compress(prompt.text, self._level)
        if prompt.system is None and not prompt.history:
            return CompressedPrompt(last.text, None, (), last.rules, last.note)
        parts = [_CompressedPart(last.text, last.rules)]
        system = prompt.system
        if system is not None:
            parts.append(self._compress(system, self._system_level))
            system = parts[-1].text
        turns = tuple(self._turn(turn, parts) for turn in prompt.history)
        rules = tuple(dict.fromkeys(rule for part in parts for rule in part.rules))
        return CompressedPrompt(last.text, system, turns, rules, last.note)

    def _compress(self, text: str, level: str) -> _CompressedPart:
        return (self._cached if len(text) <= _MAX_CACHED else _compress_part)(text, level)

    def _turn(self, turn: Message, parts: list[_CompressedPart]) -> Message:
        if turn.role != "user":
            return turn
        part = self._compress(turn.content, self._level)
        parts.append(part)
        return replace(turn, content=part.text) if part.text != turn.content else turn


def _compress_part(text: str, level: str) -> _CompressedPart:
    compressed = compress(text, level)
    return _CompressedPart(compressed.text, compressed.rules)


def texts_of(prompt: Prompt) -> tuple[str, ...]:
    """Return all texts of a prompt, uncompressed."""
    return (prompt.text, prompt.system or "", *(turn.content for turn in prompt.history))
