"""Where a prompt shows examples: in a tag, below a heading, after a line that announces them, and in answered turns."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from scrimp.compress.instructions.sentence_kinds import kind_of
from scrimp.compress.zones.zone_span import closing_tags, overlaps
from scrimp.regexes import pattern
from scrimp.word_lists import read_lists

_LISTS = read_lists(Path(__file__).with_name("example_words.txt"))
_STEMS = tuple(_LISTS["stems"].split())  # one of which each of the words has, for speed
_WORDS, _SEVERAL, _SPEAKERS = (f"(?i){_LISTS[name]}".replace("\n", "") for name in ("words", "several", "speakers"))
_TAG = re.compile(r"<([A-Za-z][\w-]*)(?:\s[^<>\n]{0,300})?>")
_LINE = re.compile(r"\n[ \t]*+([^\W\d]|[#*_0-9(](?=[^\n\"{}]{0,160}(?:\n|\Z)))")  # it cannot be of JSON
_TITLE = re.compile(r"(#{1,6})[ \t]|(?:\*\*|__)[^*_\n]{1,80}(?:\*\*|__):?[ \t]*$")
_LABEL = re.compile(r"[^\W\d_][^:\uff1a\n]{0,30}[:\uff1a]")
_ANSWER = rf"(?im)^[ \t]*+[\[(*_#]{{0,3}}(?:{_LISTS['answers']})[\])*_]{{0,3}}[:\uff1a][*_]{{0,2}}".replace("\n", "")
_ASKS_ON = re.compile(r"[?\uff1f\u061f]|\.{3}|</|\n[ \t]*\n(?=\s*[^\W\d])|\n[^\W\d_][^:\uff1a\n\"]{0,30}[:\uff1a]")
_BRACKET = re.compile(r"\n[ \t]*+[\[{]")
_BOLD, _MOST_TITLES, _LONGEST_TITLE, _LONGEST, _LONGEST_ANSWER = 7, 3, 60, 160, 4000


class _Line(NamedTuple):
    start: int
    end: int
    text: str


@lru_cache(maxsize=1024)
def _names_examples(words: str) -> bool:
    return any(stem in words.lower() for stem in _STEMS) and pattern(_WORDS).search(words) is not None


class Examples:
    """The examples of one text; of JSON among them, whatever looks like data is an instruction."""

    def __init__(self, text: str) -> None:
        self._text = text

    def show(self, start: int, end: int) -> bool:
        """Return whether the JSON at a place is an example."""
        return overlaps(self.spans, start, end) or self._announce(start, end)

    @cached_property
    def _lines(self) -> list[_Line]:
        """The lines of words, which JSON has none of."""
        text, lines = self._text, list[_Line]()
        for match in _LINE.finditer(f"\n{text}"):
            start = match.end() - 2
            end = text.find("\n", start)
            lines.append(_Line(start, end if end >= 0 else len(text), text[start : end if end >= 0 else None]))
        return lines

    @cached_property
    def _labels(self) -> list[tuple[_Line, str]]:
        """The lines that begin with a label, and these."""
        return [(line, found[0]) for line in self._lines if (found := _LABEL.match(line.text))]

    @property
    def _ends_with_label(self) -> bool:
        return bool(self._labels) and self._labels[-1][1] == self._text[self._labels[-1][0].start :].rstrip()

    @cached_property
    def _naming(self) -> list[_Line]:
        """The lines that name examples."""
        words = "\n".join(line.text for line in self._lines).lower()
        if not any(stem in words for stem in _STEMS):
            return []
        return [line for line in self._lines if len(line.text) <= _LONGEST and _names_examples(line.text)]

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where examples are marked as such, in order and apart."""
        found: list[tuple[int, int]] = []
        for start, end in sorted([*self._in_tags(), *self._below_titles(), *self._answered(), *self._alike()]):
            done = found[-1][1] if found else 0
            if end > done:
                found.append((max(start, done), end))
        return found

    def _in_tags(self) -> Iterator[tuple[int, int]]:
        tags = _TAG.finditer(self._text)
        named = [tag.start() for tag in tags if _names_examples(tag[1].replace("_", " ").replace("-", " "))]
        closings = closing_tags(self._text) if named else {}
        yield from ((tag, closings.get(tag, len(self._text))) for tag in named)

    def _below_titles(self) -> Iterator[tuple[int, int]]:
        """Yield what is below a heading or bold line that names examples, up to the next of its level."""
        titles = [(line, found) for line in self._lines if (found := _TITLE.match(line.text))] if self._naming else ()
        start, level, naming = -1, 0, {line.start for line in self._naming}
        for line, found in titles:
            rank = len(found[1] or "") or _BOLD
            if start >= 0 and rank <= level:
                yield start, line.start
                start = -1
            if start < 0 and line.start in naming:
                start, level = line.end, rank
        if start >= 0:
            yield start, len(self._text)

    def _answered(self) -> Iterator[tuple[int, int]]:
        """Yield the turns before the last answer in a prompt that ends with its label ("A:"), and asks once more.

        They begin where the first label of the last turn was first; a turn without any is one about JSON.
        """
        labels = self._labels
        if not self._ends_with_label:
            return
        asked = labels[-1][1]
        answers = [line.start for line, label in labels[:-1] if label == asked]
        if not answers or pattern(_SPEAKERS).fullmatch(asked[:-1].strip()):
            return
        asking = next(label for line, label in labels if line.start > answers[-1])
        if asking != asked or self._brackets[-1:] > answers[-1:]:
            yield next(line.start for line, label in labels if label == asking) if asking != asked else 0, answers[-1]

    def _alike(self) -> Iterator[tuple[int, int]]:
        """Yield the turns before a last one without JSON, if they have it behind what begins alike: `Text:`, <text>."""
        if not self._brackets or self._ends_with_label:
            return
        bracket, turns = self._brackets[-1], self._labels
        if len(turns) > 1 and turns[-2][1] == turns[-1][1] and turns[-2][0].start < bracket < turns[-1][0].start:
            yield next(line.start for line, label in turns if label == turns[-1][1]), turns[-1][0].start
        after_lines = f"\n{self._text}"
        tags = [(tag.start(), tag[1]) for tag in _TAG.finditer(self._text) if after_lines[tag.start()] == "\n"]
        name = next((name for start, name in tags if start > bracket), None)
        same = [start for start, each in tags if each == name]
        closing = closing_tags(self._text).get(same[0], bracket) if len(same) > 1 else bracket
        if any(closing < at < same[-1] for at in self._brackets):
            yield same[0], same[-1]

    @property
    def are_all(self) -> bool:
        """Whether the text ends with an answer, so that it asks nothing more, and not with how to answer."""
        rest = pattern(_ANSWER).split(self._text[-_LONGEST_ANSWER:])
        answer = rest[-1].strip() if len(rest) > 1 else ""
        return bool(answer) and not _ASKS_ON.search(answer) and (" " not in answer or kind_of(answer) != "order")

    @cached_property
    def _brackets(self) -> list[int]:
        return [found.start() for found in _BRACKET.finditer(f"\n{self._text}")]

    @cached_property
    def _announcing(self) -> list[tuple[int, bool]]:
        """Where lines end that announce examples, and whether several: right below, or after a few titles."""
        found = ((line.end, bool(pattern(_SEVERAL).search(line.text))) for line in self._naming)
        return [(end, several) for end, several in found if self._are_below(end, several=several)]

    def _are_below(self, line_end: int, *, several: bool) -> bool:
        at = bisect_left(self._brackets, line_end)
        if at == len(self._brackets):
            return False
        between = self._text[line_end : min(self._brackets[at], line_end + 4 * _LONGEST)]
        titles = [line for line in between.split("\n") if line.strip()]
        short = len(titles) <= _MOST_TITLES and all(len(line) <= _LONGEST_TITLE for line in titles)
        return not titles or (several and short)

    def _announce(self, start: int, end: int) -> bool:
        """Return whether JSON is the first after such a line or, of several, not the last of the text."""
        at = bisect_right(self._announcing, (start, True)) - 1
        if at < 0:
            return False
        announced, several = self._announcing[at]
        first = self._brackets[bisect_left(self._brackets, announced)]
        return first >= start - 1 or (several and bisect_left(self._brackets, end) < len(self._brackets))
