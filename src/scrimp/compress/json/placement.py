"""Which JSON of a prompt is data, and which is part of the instructions: an example, a schema, a form to answer in.

JSON is data where it stands by itself: from the first column on, between blank lines, tags, or a label such as `Order:`
and the end of its paragraph. Where that is in doubt it is an instruction, which no level changes.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from pathlib import Path

from scrimp.compress.instructions.labels import FILE_LINE, RULER
from scrimp.compress.json.lexer import WHITESPACE
from scrimp.compress.zones.examples import Examples
from scrimp.regexes import pattern
from scrimp.word_lists import read_lists

# The first characters of a document tell whether it is a schema, a list of tools, or a form with blanks to fill in.
_HEAD = 20_000
# Data may name the schema it follows ("$schema" of SARIF); a schema names the language of schemas.
_NAMED_SCHEMA = (
    r'"(?:\$defs|input_?[sS]chema)"\s*:|"\$schema"\s*:\s*"[^"\n]*?(?:json-schema\.org|[/-]schema#?"|/dialect/)'
)
_DEFINITION = re.compile(
    rf'{_NAMED_SCHEMA}|"type"\s*:\s*"(?:object|function)"\s*[,}}]|"openapi"\s*:\s*"\d'
    r'|"parameters"\s*:\s*\{\s*"type"|"properties"\s*:\s*\{\s*(?:\}|"[^"\\]*+"\s*:\s*[{tf])'
)
# Told data may be a collection of places, whose objects have properties, or events of some type.
_SCHEMA = re.compile(
    rf'{_NAMED_SCHEMA}|"type"\s*:\s*"function"\s*[,}}]|"parameters"\s*:\s*\{{\s*"type"'
    r'|"properties"\s*:\s*\{\s*"[^"\\]*+"\s*:\s*\{\s*"(?:type|\$ref|description|enum|anyOf)"'
)
_TYPE = r"(?:string|number|integer|int|float|bool(?:ean)?|str|array|object|date|text|value|null)"
_SIGN_OR_TYPE = (
    r'(?=[.…<\[{$snifbaodtv])(?:\.{2,}|…|\$\{?[A-Z][A-Z0-9_]*\}?|<[^<>"\n]{1,80}>|\[[^\[\]"\n]{1,80}\]|\{[^{}"\n]{1,80}\}'
    rf"|{_TYPE}(?:\s*(?:\||or|,)\s*[\w ]+)*)"
)
_BLANKS = tuple(
    re.compile(rf'"(?:{_SIGN_OR_TYPE}{choice})"\s*[,}}\]]') for choice in ("", r"|[\w -]+(?:\s*\|\s*[\w -]+)+")
)
# How a line ends that goes on after the JSON: an assignment, an open bracket or string, a here-document, a YAML block.
_UNFINISHED = re.compile(r"(?:[=(\[{,|>\\+&\"'`]|<<-?~?\s*['\"]?\w+['\"]?|\b(?:return|yield|in|of|data|body|EOF))\s*$")
_OPEN = (*"=([{,|>\\+&\"'`", "return", "yield", "in", "of", "data", "body", "EOF")  # its ends, which are told fast
_COLONS = (":", "\uff1a")
_FILE_ENDS = (*_COLONS, *"nlrbkgt]-=*`_")
_LABEL = re.compile(r"(?:^|[.!?:]\s|\s)(?P<words>[^.!?:\n]{0,60})[:\uff1a]\s*$")
# What announces an instruction: any, or one before told data, which may well be an answer or an output to judge. What a
# tool gave back is data, though an answer is not.
_INSTRUCTIVE, _INSTRUCTION_LABEL, _RESULT, _INSTRUCTIVE_TAG = (
    f"(?i){words}".replace("\n", "")  # compiled where a label is found
    for words in read_lists(Path(__file__).with_name("announcing.txt")).values()
)
_LINE_LABEL = re.compile(r"\n[ \t]*+([^.!?:\uff1a\n]{1,60})[:\uff1a]")
_NOT_SPACE = re.compile(rf"[^{WHITESPACE}]")
_LONGEST_LABEL = 200
_OPENING_TAG = re.compile(r"<(\w[\w-]*)[^<>\n]*>\s*$")
_CLOSING_TAG = re.compile(r"</[\w:-]+>\s*$")
_HEADING = re.compile(r"^[ \t]*+(?:#{1,6}[ \t]|(\*\*|__)[^*_].*\1[ \t]*$)")  # of Markdown, or a bold line
_BOXED = re.compile(r"[ \t*]*\[(\d{1,6})\][ \t:*]*$")
_ANY_HEADING = re.compile(r"\n([ \t]*+(?:#{1,6}[ \t]|\*\*|__)[^\n]*)")
_STRING_VALUE = re.compile(r'(?<!\\)"\s*[,}\]]')


def is_definition(document: str) -> bool:
    """Return whether told JSON is a schema, a list of tools, or a form in which every text is a blank to fill in."""
    head = document[:_HEAD]
    return bool(_SCHEMA.search(head)) or 0 < len(_STRING_VALUE.findall(head)) == len(_BLANKS["|" in head].findall(head))


def label_before(text: str, start: int, since: int) -> str | None:
    """Return the label or tag that introduces the data at a place, in the instructions since the data before it."""
    line = text[max(since, start - _LONGEST_LABEL) : start].rstrip("*_`\"' \t\r\n").rpartition("\n")[2]
    if tag := _OPENING_TAG.search(line):
        return f"<{tag[1]}>"
    label = _LABEL.search(line) if line.rstrip().endswith(_COLONS) else None
    return label["words"].strip() if label else None


def introduces_instruction(label: str | None) -> bool:
    """Return whether a label or tag announces what to do, an example or a form, and not the result of a tool."""
    return label is not None and _announces(label, _INSTRUCTION_LABEL)


def _announces(line: str, signs: str) -> bool:
    words = line.replace("_", " ")
    return bool(pattern(signs).search(words)) and not pattern(_RESULT).search(words)


class Placement:
    """Judges the JSON documents of one text; where all of it is told data, a label in it is not an instruction."""

    def __init__(self, text: str, *, told: bool = False) -> None:
        self._text, self._told = text, told
        self.examples = Examples(text)

    def is_data(self, start: int, end: int) -> bool:
        """Return whether a JSON document, which starts and ends with its lines, is data."""
        while end > start and self._text[end - 1] in WHITESPACE:
            end -= 1
        head = self._text[start : min(end, start + _HEAD)]
        if _DEFINITION.search(head) or _BLANKS["|" in head].search(head):
            return False
        if head[:1] not in ("{", "["):  # indented: part of something, unless there is nothing else
            return not self._text[:start].strip() and not self._text[end:].strip()
        if not self.may_begin(start) or not self._may_follow(end):
            return False
        return self._told or not self.examples.show(start, end)

    def may_begin(self, start: int) -> bool:
        """Return whether what precedes a line lets data begin there: nothing, a tag, a label or a blank line."""
        end, line = self._line_above(start)
        while line and RULER.match(line):
            end, line = self._line_above(self._text.rfind("\n", 0, end) + 1)
        last = line.rstrip()[-1:]  # it tells what to look for: most lines are words
        if not line or (last == ">" and _CLOSING_TAG.search(line)):
            return True
        if last == ">" and (tag := _OPENING_TAG.search(line)):
            return self._told or not _announces(tag[1], _INSTRUCTIVE_TAG)
        if last in _FILE_ENDS and (file := FILE_LINE.match(line) or _BOXED.match(line)):
            return self._told or not _announces(file[1], _INSTRUCTIVE)
        if last in _COLONS and (label := _LABEL.search(line)):
            return self._told or not (_announces(line, _INSTRUCTIVE) or label["words"].strip() in self._repeated)
        if _HEADING.match(line):
            return self._told or not (_announces(line, _INSTRUCTIVE) or line.strip() in self._repeated)
        may_go_on = line.rstrip().endswith(_OPEN) or "<<" in line
        return self._text.count("\n", end, start) > 1 and not (may_go_on and _UNFINISHED.search(line))

    def _line_above(self, end: int) -> tuple[int, str]:
        """Return where the last line above a place that is not blank ends, and the line, of a long one its end."""
        while end and self._text[end - 1] in WHITESPACE:
            end -= 1
        return end, self._text[max(self._text.rfind("\n", 0, end) + 1, end - _LONGEST_LABEL) : end]

    def _may_follow(self, end: int) -> bool:
        """Return whether what follows a document leaves it alone: its end, a blank line, a closing tag, or a ruler."""
        word = _NOT_SPACE.search(self._text, end)
        at = word.start() if word else len(self._text)
        below = self._text[at : at + _LONGEST_LABEL].partition("\n")[0]
        return not below or below.startswith("</") or self._text.count("\n", end, at) > 1 or bool(RULER.match(below))

    @cached_property
    def _repeated(self) -> frozenset[str]:
        """The headings, and labels at the beginning of a line, that are there several times, as those of examples."""
        lines = f"\n{self._text}"  # a line end is found fast
        counts = Counter(map(str.strip, (*_ANY_HEADING.findall(lines), *_LINE_LABEL.findall(lines))))
        return frozenset(words for words, count in counts.items() if count > 1)
