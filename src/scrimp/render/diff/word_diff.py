"""Two texts side by side, word by word where their lines differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from scrimp.render.diff.alignment import Edit, edits
from scrimp.render.terminal import escape_controls, paint

_CONTEXT = 1  # lines shown around what changed
_LARGEST = 1_000_000  # characters of a change whose words are compared: takes a second and a hundred megabytes
_LEAST_SHARED = 0.2  # of the characters of the longer side; with less in common, whole lines read better
_WORD = re.compile(r"\w+(?:[.,'\u2019-]\w+)*|\n|[^\S\n]+|.", re.DOTALL)
_LINE_END = "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"
_RED_STRUCK, _GREEN, _CYAN = "31;9", "32", "36"


def word_diff(before: str, after: str, *, color: bool, terminal: bool = False) -> Iterator[str]:
    """Yield the lines, without their ends, of what changed and one line around it, under headers of line numbers.

    A header says where its first line stands before and after. What was removed and added is red and green in color,
    else marked as wdiff does: [-removed-]{+added+}. A removed or added line end is shown as an arrow. For a terminal,
    control characters of the texts are made visible.
    """
    old, new = before.split("\n"), after.split("\n")
    show = _ChangeFormatter(color=color, terminal=terminal)
    for hunk in _hunks(edits(old, new)):
        old_at = max(hunk[0].old_start - _CONTEXT, 0)
        new_at = max(hunk[0].new_start - _CONTEXT, 0)
        yield paint(f"@@ -{old_at + 1} +{new_at + 1} @@", _CYAN, color=color)
        for change in hunk:
            yield from map(show.same, new[new_at : change.new_start])
            yield from show.change(old[change.old_start : change.old_end], new[change.new_start : change.new_end])
            new_at = change.new_end
        yield from map(show.same, new[new_at : new_at + _CONTEXT])


def _hunks(changes: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Group changes whose lines of context touch."""
    hunk: list[Edit] = []
    for change in changes:
        if hunk and change.old_start - hunk[-1].old_end > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


class _ChangeFormatter:
    """Writes changed text: in color or with marks, escaped for a terminal or raw."""

    def __init__(self, *, color: bool, terminal: bool) -> None:
        self._color = color
        self._terminal = terminal

    def same(self, text: str) -> str:
        return escape_controls(text) if self._terminal else text

    def removed(self, text: str) -> str:
        return paint(self.same(text), _RED_STRUCK, color=True) if self._color else f"[-{self.same(text)}-]"

    def added(self, text: str) -> str:
        return paint(self.same(text), _GREEN, color=True) if self._color else f"{{+{self.same(text)}+}}"

    def change(self, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
        """Yield the lines of a change: their words side by side, or the removed lines before the added ones.

        A change too large for a comparison of its words is shown line by line if both sides have as many lines.
        """
        large = _size(old) + _size(new) > _LARGEST
        if large and len(old) == len(new) > 1:
            for one, other in zip(old, new, strict=True):
                yield from [self.same(other)] if one == other else self.change([one], [other])
        elif large or not old or not new or (words := self._words(old, new)) is None:
            yield from (self.removed(line or _LINE_END) for line in old)
            yield from (self.added(line or _LINE_END) for line in new)
        else:
            yield from words.split("\n")

    def _words(self, old_lines: Sequence[str], new_lines: Sequence[str]) -> str | None:
        """Return both texts as one, with marked changes; None if they have too little in common."""
        old, new = _WORD.findall("\n".join(old_lines)), _WORD.findall("\n".join(new_lines))
        changes = _joined_replacements(new, edits(old, new))
        shared = _size(new) - sum(_size(new[change.new_start : change.new_end]) for change in changes)
        if shared < _LEAST_SHARED * max(_size(old), _size(new)):
            return None
        pieces: list[str] = []
        position = 0
        for change in changes:
            pieces.append(self.same("".join(new[position : change.new_start])))
            pieces.append(_by_line("".join(old[change.old_start : change.old_end]), self.removed))
            pieces.append(_by_line("".join(new[change.new_start : change.new_end]), self.added))
            position = change.new_end
        pieces.append(self.same("".join(new[position:])))
        return "".join(pieces)


def _size(pieces: Sequence[str]) -> int:
    return sum(map(len, pieces))


def _joined_replacements(new: Sequence[str], changes: Sequence[Edit]) -> list[Edit]:
    """Merge replacements with only a space between them: three words for three others are one change."""
    merged: list[Edit] = []
    for change in changes:
        last = merged[-1] if merged else None
        if (
            last is not None
            and all(last.old_end > last.old_start and last.new_end > last.new_start for last in (last, change))
            and "".join(new[last.new_end : change.new_start]) == " "
        ):
            merged[-1] = Edit(last.old_start, change.old_end, last.new_start, change.new_end)
        else:
            merged.append(change)
    return merged


def _by_line(text: str, mark: Callable[[str], str]) -> str:
    """Mark each line separately, its end with an arrow, so that no mark spans a line end."""
    *whole, rest = text.split("\n")
    return "".join(f"{mark(line + _LINE_END)}\n" for line in whole) + (mark(rest) if rest else "")
