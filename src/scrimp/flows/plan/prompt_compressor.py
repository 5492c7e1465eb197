"""Compress the texts of a prompt: its system text, earlier turns and last turn, each separately.

Each text is compressed by its own content and what was told before, so that its bytes do not depend on later turns
and the provider's prompt cache still matches when a conversation grows; but where a later turn asks about the form of
what came before, that is sent as it is. Sentences of a user's turn are selected for its own question; turns of the
model do not change. The tags around what is kept are for scrimp alone: no text is sent with them, at any level.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from scrimp import tokens
from scrimp.regexes import pattern
from scrimp.values import Message, Prompt, TextSpan

# Rows share their system text, and rows of one conversation their turns. Longer texts (in characters) are not cached.
_CACHED_TEXTS, _MAX_CACHED = 256, 65_536
# A tag in the text of JSON, whose brackets and slash may be escaped, as by Go and PHP; or an escape outside of one.
_TAG_IN_JSON = r"(?:<|\\u003[cC])(?:\\?/|\\u002[fF])?scrimp:keep(?:>|\\u003[eE])|(\\.)"


class CompressedPrompt(Struct, frozen=True):
    """The texts of a prompt as they are sent, and the rules that changed them."""

    text: str
    system: str | None
    history: tuple[Message, ...]
    rules: tuple[str, ...]
    note: str = ""  # why the requested level could not be reached for the last turn of the user
    after: tuple[Message, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is read by a model."""
        return (self.text, self.system or "", *(turn.words for turn in (*self.history, *self.after)))


class _CompressedPart(Struct, frozen=True):
    text: str
    rules: tuple[str, ...]
    note: str


class PromptCompressor:
    """Compresses the prompts of one run."""

    def __init__(self, level: str, keep: float | None = None, *, count: Callable[[str], int] = tokens.count) -> None:
        """`keep` is the share of documents that levels which select sentences keep; None: the default one.

        No text becomes longer as `count` has it: in tokens, exactly unless told otherwise.
        """
        self._level, self._keep, self._count = level, keep, count
        self._cached = lru_cache(maxsize=_CACHED_TEXTS)(_compress_part)

    def compress(self, prompt: Prompt) -> CompressedPrompt:
        """Return the texts of a prompt as they are sent."""
        given = prompt.system if prompt.system is None else _without_tags(prompt.system)
        system = given or ""
        if not prompt.history and not prompt.after:
            last = _compress_part(prompt.text, self._level, self._keep, self._count, system, prompt.told)
            return CompressedPrompt(_without_tags(last.text), given, (), last.rules, last.note)
        turns = [*prompt.history, Message("user", prompt.text, prompt.told), *prompt.after]
        asked = [system] * len(turns) if self._level == "off" else _asked(turns, system, self._level)
        parts = [self._part(turn, each) for turn, each in zip(turns, asked, strict=True)]
        sent = [_sent(turn, part) for turn, part in zip(turns, parts, strict=True)]
        place = len(prompt.history)
        rules = dict.fromkeys(rule for part in (parts[place], *parts) if part is not None for rule in part.rules)
        note = "" if (own := parts[place]) is None else own.note
        return CompressedPrompt(
            sent[place].content, given, tuple(sent[:place]), tuple(rules), note, tuple(sent[place + 1 :])
        )

    def _part(self, turn: Message, asked: str) -> _CompressedPart | None:
        """Return a turn compressed; None for the model's own, which stay as they are."""
        if turn.role == "assistant":
            return None
        compress = self._cached if len(turn.content) <= _MAX_CACHED else _compress_part
        return compress(turn.content, self._level, self._keep, self._count, asked, _told(turn))


def _sent(turn: Message, part: _CompressedPart | None) -> Message:
    text = _without_tags(turn.content if part is None else part.text)
    calls = tuple(replace(call, arguments=_without_tags_in_json(call.arguments)) for call in turn.calls)
    return replace(turn, content=text, told=(), calls=calls) if (text, calls) != (turn.content, turn.calls) else turn


def _without_tags(text: str) -> str:
    from scrimp.compress.keep_tags import without_keep_tags  # as in _compress_part

    return without_keep_tags(text)


def _without_tags_in_json(text: str) -> str:
    return pattern(_TAG_IN_JSON).sub(r"\1", text) if "scrimp:keep" in text else text


def _told(turn: Message) -> tuple[TextSpan, ...]:
    """Return where data stands in a turn: what a tool gave back is nothing else."""
    return ((0, len(turn.content)),) if turn.role == "tool" else turn.told


def _asked(turns: Sequence[Message], system: str, level: str) -> list[str]:
    """Return the instructions outside each turn: the system text, earlier user turns, and later ones about its form.

    At `lossless` they change nothing where no turn has JSON; above it the form of pages and files may be asked about.
    """
    has_json = any(turn.role != "assistant" and ("{" in turn.content or "[" in turn.content) for turn in turns)
    if level == "lossless" and not has_json:
        return [system] * len(turns)
    from scrimp.compress.pipeline import instructions_in  # as in _compress_part
    from scrimp.compress.task.form import names_form

    told = [instructions_in(turn.content, turn.told) if turn.role == "user" else "" for turn in turns]
    of_form = [words if names_form(words) else "" for words in told]
    return ["\n".join(filter(None, [system, *told[:at], *of_form[at + 1 :]])) for at in range(len(turns))]


def _compress_part(
    text: str, level: str, keep: float | None, count: Callable[[str], int], asked: str, told: tuple[TextSpan, ...] = ()
) -> _CompressedPart:
    from scrimp.compress import DEFAULT_KEEP, compress  # a run answered from the cache sends nothing

    kept = DEFAULT_KEEP if keep is None else keep
    compressed = compress(text, level, keep=kept, count=count, asked=asked, told=told)
    return _CompressedPart(compressed.text, compressed.rules, compressed.note)


def texts_of(prompt: Prompt) -> tuple[str, ...]:
    """Return all texts of a prompt, uncompressed, as they would be sent."""
    turns = (_sent(turn, None).words for turn in (*prompt.history, *prompt.after))
    return (_without_tags(prompt.text), _without_tags(prompt.system or ""), *turns)
