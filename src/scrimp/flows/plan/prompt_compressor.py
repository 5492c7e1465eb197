"""Compress the texts of a prompt: its system text, earlier turns and last turn, each separately.

Each text is compressed by its own content and what was told before, so that its bytes do not depend on later turns
and the provider's prompt cache still matches when a conversation grows; but where a later turn asks about the form of
what came before, that is sent as it is. Sentences of a user's turn are selected for its own question; turns of the
model do not change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from scrimp import tokens
from scrimp.values import Message, Prompt, TextSpan, ToldText

# Rows share their system text, and rows of one conversation their turns. Longer texts (in characters) are not cached.
_CACHED_TEXTS, _MAX_CACHED = 256, 65_536


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
    note: str


class PromptCompressor:
    """Compresses the prompts of one run."""

    def __init__(self, level: str, keep: float | None = None) -> None:
        """`keep` is the share of documents that levels which select sentences keep; None: the default one."""
        self._level, self._keep = level, keep
        self._cached = lru_cache(maxsize=_CACHED_TEXTS)(_compress_part)

    def compress(self, prompt: Prompt) -> CompressedPrompt:
        """Return the texts of a prompt as they are sent."""
        system = prompt.system or ""
        if not prompt.history:
            last = _compress_part(prompt.text, self._level, self._keep, system, prompt.told)
            return CompressedPrompt(self._without_tags(last.text), prompt.system, (), last.rules, last.note)
        users = [ToldText(turn.content, turn.told) for turn in prompt.history if turn.role == "user"]
        users.append(ToldText(prompt.text, prompt.told))
        asked = [system] * len(users) if self._level == "off" else _asked(users, system)
        last = _compress_part(prompt.text, self._level, self._keep, asked[-1], prompt.told)
        parts, told = [last], iter(asked)
        turns = tuple(self._turn(turn, parts, told) for turn in prompt.history)
        rules = tuple(dict.fromkeys(rule for part in parts for rule in part.rules))
        return CompressedPrompt(self._without_tags(last.text), prompt.system, turns, rules, last.note)

    def _turn(self, turn: Message, parts: list[_CompressedPart], asked: Iterator[str]) -> Message:
        if turn.role != "user":
            return turn
        part = (self._cached if len(turn.content) <= _MAX_CACHED else _compress_part)(
            turn.content, self._level, self._keep, next(asked), turn.told
        )
        parts.append(part)
        text = self._without_tags(part.text)
        return replace(turn, content=text) if text != turn.content else turn

    def _without_tags(self, text: str) -> str:
        """Return a text without the tags around what it keeps, which are for scrimp alone; `off` sends every byte."""
        from scrimp.compress.keep_tags import without_keep_tags  # noqa: PLC0415 - as in _compress_part

        return text if self._level == "off" else without_keep_tags(text)


def _asked(texts: Sequence[ToldText], system: str) -> list[str]:
    """Return what is told outside each text of the user: in the system text, before it, and of its form after it."""
    if not any("{" in text.text or "[" in text.text for text in texts):
        return [system] * len(texts)
    from scrimp.compress.pipeline import instructions_in  # noqa: PLC0415 - as in _compress_part
    from scrimp.compress.task.form import names_form  # noqa: PLC0415

    told = [instructions_in(text.text, text.told) for text in texts]
    of_form = [words if names_form(words) else "" for words in told]
    return ["\n".join([system, *told[:at], *of_form[at + 1 :]]) for at in range(len(texts))]


def _compress_part(
    text: str, level: str, keep: float | None, asked: str, told: tuple[TextSpan, ...] = ()
) -> _CompressedPart:
    from scrimp.compress import DEFAULT_KEEP, compress  # noqa: PLC0415 - a run answered from the cache sends nothing

    kept = DEFAULT_KEEP if keep is None else keep
    compressed = compress(text, level, keep=kept, count=tokens.count, asked=asked, told=told)
    return _CompressedPart(compressed.text, compressed.rules, compressed.note)


def texts_of(prompt: Prompt) -> tuple[str, ...]:
    """Return all texts of a prompt, uncompressed."""
    return (prompt.text, prompt.system or "", *(turn.content for turn in prompt.history))
