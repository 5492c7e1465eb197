"""What looks like something else within a program, and is code: a page in a string, a diagram in a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from scrimp.compress.zones.enclosure import Enclosures, enclosed_texts, yaml_texts
from scrimp.compress.zones.frame import is_framed, is_inside
from scrimp.compress.zones.templates import is_filled_in
from scrimp.compress.zones.zone import JSON_FORMS
from scrimp.compress.zones.zone_span import ZoneSpan, runs

# What is above a page in AsciiDoc, and the headers of a part of a message, or of a request.
_HEADED = re.compile(
    r"(?:\A|\n)(?:\[source[^\n]*+\n-{4,}\s*"
    r"|(?:--\S|[A-Z]{3,6} (?:http|/))[^\n]*+\r?\n(?:[\w-]++:[^\n]*+\n(?:[ \t][^\n]*+\n)*+)+\s*)\Z"
)
_LOOK_BACK = 200  # characters
_AT_MARGIN = re.compile(r"^\S", re.MULTILINE)
# The text of a module or of what follows, above its first line of code, which may begin with the closing marks.
_DOCSTRING = re.compile(
    r"^(?:\w++ ?|[ \t]+[^\n\"']*+)?(\"\"\"|''')(?:(?!\1)[^\\]|\\.)++\1\s*+\Z", re.MULTILINE | re.DOTALL
)
_BARE_SECTION = re.compile(r"\s*+\[[\w.-]++\][ \t]*+\n")  # of INI, below other code
# Of the characters between a program's first line and its last that are surely code; of all that nothing parts from it.
_LEAST_SHARE = 0.4


def with_programs_whole(text: str, found: Sequence[ZoneSpan]) -> list[ZoneSpan]:
    """Return the spans, with each of a program's as code.

    Everything is in a string, comment or here-document, and where the lines around it say so, as those do that nobody
    writes right beside a document; a page is right below code, where one is a template, and where all of its lines are
    indented below others; spans but JSON are where code is before and after them and makes up much of the whole.
    """
    if not any(map(_may_be_of_program, found)):
        return list(found)
    program = _Program(text, found)
    return [
        ZoneSpan(span.start, span.end, "code", "fence") if _may_be_of_program(span) and program.has(span) else span
        for span in found
    ]


def _may_be_of_program(span: ZoneSpan) -> bool:
    return span.kind in ("data", "tool", "context") and span.form != "markup"


class _Program:
    """The code of a text outside of fences."""

    def __init__(self, text: str, found: Sequence[ZoneSpan]) -> None:
        self._text = text
        self._inside = set(_inside_others(text, found))
        self._pages = [span for span in found if span.form == "html"]
        self._margin, self._last = len(text) - len(text.lstrip()), len(text.rstrip())  # where its words begin and end
        code = sorted((span.start, span.end) for span in found if _is_code(text, span))
        self._ends = {end for _, end in code}
        self._sections = {section.end() for end in self._ends if (section := _BARE_SECTION.match(text, end))}
        self._start, self._end = (code[0][0], code[-1][1]) if code else (0, 0)
        size = sum(end - start for start, end in code)
        self._is_whole = size >= _LEAST_SHARE * (self._end - self._start)
        if code and self._is_whole and (docstring := _DOCSTRING.search(text, 0, self._start + 3)):
            self._start = docstring.start()

    def has(self, span: ZoneSpan) -> bool:
        """Return whether a span is part of the program."""
        if span.kind == "context":  # marks of quotation may frame it in a prompt, too
            return self._end > 0 and self._surrounds(span.start)
        if is_framed(self._text, span.start, span.end):
            return True
        if span.form in JSON_FORMS:  # in a string or comment, which then has something on each side
            place, indented = (span.start, span.end), self._text[span.start] in " \t"  # as all that is in YAML
            if not self._margin < span.start < span.end < self._last:
                return False
            return self._enclosures.around(*place) or (indented and self._yaml_texts.around(*place))
        return span.start in self._inside or self._surrounds(span.start) or self._holds(span)

    def _surrounds(self, at: int) -> bool:
        between = self._is_whole and self._start <= at < self._end
        return between or at in self._sections or self._yaml_texts.around(at, at + 1)

    def _holds(self, span: ZoneSpan) -> bool:
        beside = span.start in self._ends or self._text.startswith("//", span.start)
        place = (span.start, span.start + 1)
        second = self._text.find("\n", span.start, span.end)  # the first line of a listing may assign it
        if beside or self._sure_enclosures.around(*place) or self._sure_enclosures.around(second, second + 1):
            return True
        if span.form == "html":  # indented below something else, as code of Markdown, YAML or INI is, or under headers
            indented = span.start > self._margin and not _AT_MARGIN.search(self._text, span.start, span.end)
            headed = _HEADED.search(self._text, max(0, span.start - _LOOK_BACK), span.start)
            return indented or headed is not None or self._is_template or self._enclosures.around(*place)
        return self._end > 0 and span.start >= self._start and self._enclosures.around(*place)

    @cached_property
    def _is_template(self) -> bool:
        above = self._text.rfind("\n", 0, max(self._pages[0].start - 1, 0)) + 1  # where a program may begin
        return is_filled_in(self._text[above : self._text.find("\n", self._pages[-1].end) + 1 or None])

    @cached_property
    def _enclosures(self) -> Enclosures:
        return Enclosures(enclosed_texts(self._text))

    @cached_property
    def _sure_enclosures(self) -> Enclosures:
        return Enclosures([*enclosed_texts(self._text, surely=True), *self._yaml_texts.spans])

    @cached_property
    def _yaml_texts(self) -> Enclosures:
        return Enclosures(yaml_texts(self._text))


def _is_code(text: str, span: ZoneSpan) -> bool:
    is_code = span.kind == "code" and span.form == "fence"
    return is_code and not text[span.start : min(span.end, span.start + 80)].lstrip().startswith(("```", "~~~"))


def _inside_others(text: str, found: Sequence[ZoneSpan]) -> Iterator[int]:
    """Yield where each log, page or table starts that stands inside other lines; what no blank line parts is one."""
    outside = sorted((span for span in found if span.kind in ("data", "tool")), key=lambda span: span.start)
    if all(span.form in JSON_FORMS for span in outside):
        return
    for run in runs(outside, lambda span, following: "\n\n" not in text[span.end - 1 : following.start + 1]):
        if any(span.form not in JSON_FORMS for span in run) and is_inside(text, run[0].start, run[-1].end):
            yield from (span.start for span in run)
