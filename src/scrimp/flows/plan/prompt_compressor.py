"""What is sent of a prompt: its system text, earlier turns and last turn, each shorter by itself.

Each text is compressed by what it says alone, so that it is the same bytes whichever turns follow: a conversation that
grows keeps the beginning that the provider's cache knows. A user's turn is read for its own question, then as now; what
the model said is its own and stays.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from scrimp.compress import LEVELS, compress
from scrimp.values import Message, Prompt

# Rows share their system text, and rows of one conversation their turns. Long ones are not held: memory is bounded.
_REMEMBERED, _LONGEST = 256, 65_536
# Of instructions nothing is left out, and their wording was chosen for this model.
_SYSTEM = "lossless"


class CompressedPrompt(Struct, frozen=True):
    """The texts of a prompt as they are sent, and the rules that changed them."""

    text: str
    system: str | None
    history: tuple[Message, ...]
    rules: tuple[str, ...]
    note: str = ""  # why the level asked for could not be reached for the last turn


class _CompressedText(Struct, frozen=True):
    text: str
    rules: tuple[str, ...]


class PromptCompressor:
    """Compresses the prompts of one run."""

    def __init__(self, level: str) -> None:
        self._level = level
        self._system_level = LEVELS[min(LEVELS.index(level), LEVELS.index(_SYSTEM))]
        self._held = lru_cache(maxsize=_REMEMBERED)(_compressed_text)

    def compress(self, prompt: Prompt) -> CompressedPrompt:
        """Return what is sent of a prompt."""
        last = compress(prompt.text, self._level)
        if prompt.system is None and not prompt.history:
            return CompressedPrompt(last.text, None, (), last.rules, last.note)
        parts = [_CompressedText(last.text, last.rules)]
        system = prompt.system
        if system is not None:
            parts.append(self._again(system, self._system_level))
            system = parts[-1].text
        turns = tuple(self._turn(turn, parts) for turn in prompt.history)
        rules = tuple(dict.fromkeys(rule for part in parts for rule in part.rules))
        return CompressedPrompt(last.text, system, turns, rules, last.note)

    def _again(self, text: str, level: str) -> _CompressedText:
        return (self._held if len(text) <= _LONGEST else _compressed_text)(text, level)

    def _turn(self, turn: Message, parts: list[_CompressedText]) -> Message:
        if turn.role != "user":
            return turn
        done = self._again(turn.content, self._level)
        parts.append(done)
        return replace(turn, content=done.text) if done.text != turn.content else turn


def _compressed_text(text: str, level: str) -> _CompressedText:
    done = compress(text, level)
    return _CompressedText(done.text, done.rules)


def texts_of(prompt: Prompt) -> tuple[str, ...]:
    """Return all that would be sent of a prompt as it came."""
    return (prompt.text, prompt.system or "", *(turn.content for turn in prompt.history))
