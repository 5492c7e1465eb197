"""Where a call may have a beginning in common with others: the places at which a provider could keep it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.caching.shared_starts import SharedStarts
from scrimp.enums import CachePart
from scrimp.values import Attachment, CacheMark, Message

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow

# Characters: what is shorter is of no use to any provider, though a text may follow a longer system text.
SHORTEST = 256


class Words(Struct, frozen=True):
    """What a call says, in its order: all that its beginnings are made of."""

    system: str
    history: Sequence[Message]
    attachments: Sequence[Attachment]
    text: str
    attached_tokens: int = 0

    @property
    def is_short(self) -> bool:
        """Whether no beginning of it can be kept."""
        return len(self.system) + len(self.text) < SHORTEST and not self.history and not self.attachments


def words_of(row: PlannedRow) -> Words:
    """Return what the call for a prompt says, as it is sent."""
    return Words(row.system or "", row.sent.history, row.prompt.attachments, row.text)


def words_as_given(row: PlannedRow) -> Words:
    """Return the same before it is compressed, which takes longer than all else where there are many rows."""
    prompt = row.prompt
    return Words(row.system_as_given or "", prompt.history, prompt.attachments, prompt.text)


class Beginning(Struct, frozen=True):
    """A place in a call, the hash of all before it, and the words since the place before."""

    mark: CacheMark
    identity: int
    words: str
    attached_tokens: int = 0


class Beginnings:
    """Finds the beginnings of calls, by what the rows of the run had in common so far."""

    def __init__(self) -> None:
        self._systems, self._texts = SharedStarts(SHORTEST), dict[int, SharedStarts]()
        self._many = 16  # ways in which rows begin before their own texts, of which starts are remembered

    def learn(self, rows: Sequence[Words]) -> None:
        """Take note of rows that came at once."""
        self._systems.learn({row.system for row in rows})
        texts: dict[int, dict[str, int]] = {}
        for row in rows:
            some = texts.setdefault(_before_text(row), {})
            some[row.text] = some.get(row.text, 0) + 1
        for before, some in texts.items():
            if before not in self._texts and len(self._texts) >= self._many:
                self._texts.pop(next(iter(self._texts)))
            self._texts.setdefault(before, SharedStarts(SHORTEST)).learn(
                text for text, times in some.items() for _ in range(min(times, 2))
            )

    def of(self, row: Words) -> list[Beginning]:
        """Return the beginnings of a call, the shortest first."""
        found: list[Beginning] = []
        system, before = row.system, hash(tools_of(row))

        def add(part: CachePart, end: int, identity: int, words: str, attached_tokens: int = 0) -> None:
            found.append(Beginning(CacheMark(part, end), identity, words, attached_tokens))

        if system:
            start = self._systems.length(system)
            if 0 < start < len(system):
                add("system", start, hash((before, system[:start])), system[:start])
            else:
                start = 0
            before = hash((before, system))
            add("system", len(system), before, system[start:])
        if row.history:
            before = hash((before, *((turn.role, turn.words) for turn in row.history)))
            if _takes_mark(row.history[-1]):
                add("history", len(row.history), before, "\n".join(turn.words for turn in row.history))
        if row.attachments:
            before = hash((before, *(each.identity for each in row.attachments)))
            add("attachments", len(row.attachments), before, "", row.attached_tokens)
        starts = self._texts.get(_before_text(row))
        if starts is not None and (length := starts.length(row.text)):
            add("text", length, hash((before, row.text[:length])), row.text[:length])
        return found


def _before_text(row: Words) -> int:
    return hash(
        (row.system, tools_of(row), *(turn.words for turn in row.history), *(each.identity for each in row.attachments))
    )


def tools_of(row: Words) -> tuple[str, ...]:
    """Return the names of the tools in earlier turns, which stand before all else at Anthropic."""
    return tuple(dict.fromkeys(call.name for turn in row.history for call in turn.calls))


def _takes_mark(turn: Message) -> bool:
    return turn.role != "tool" and not turn.calls and bool(turn.content.strip())
