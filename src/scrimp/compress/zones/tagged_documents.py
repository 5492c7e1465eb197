"""Find documents between tags: those whose name says so, and those that follow each other under one name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scrimp.compress.instructions.labels import name_kind
from scrimp.compress.instructions.vocabulary import shared_list
from scrimp.compress.zones.zone_span import closing_tags, overlaps, runs

Region = tuple[int, int]

_TAG = re.compile(r"<([A-Za-z][\w.-]{0,40})(?:\s[^<>\n]{0,300})?>")
_TAG_INSIDE = re.compile(rf"\s*+{_TAG.pattern}")
_NUMBERING = "0123456789_-."
_MIN_TAGGED = 40
_MIN_UNKNOWN = 150  # characters of the shortest of several documents under a name that says nothing
_HTML = shared_list("html")  # names of elements, which are not documents


def tagged_documents(text: str, taken: Sequence[Region]) -> list[Region]:
    """Return the documents between tags outside what is taken; documents that follow each other are one, with tags."""
    regions: list[Region] = []
    numbered = ((start, end, name, name.rstrip(_NUMBERING)) for start, end, name in _tagged(text, taken))
    for run in runs(numbered, lambda one, two: one[3] == two[3] and not text[one[1] : two[0]].strip()):
        kind = name_kind(run[0][2])
        inner = [(text.index(">", start) + 1, text.rindex("<", start, end)) for start, end, *_ in run]
        lengths = [end - start for start, end in inner]
        are_named = kind == "documents" and sum(lengths) >= _MIN_TAGGED
        if are_named or (kind is None and len(run) > 1 and min(lengths) >= _MIN_UNKNOWN):
            regions += inner if len(run) == 1 else [(run[0][0], run[-1][1])]
    return regions


def _tagged(text: str, taken: Sequence[Region]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and name of elements that are not HTML, outermost first and none within another."""
    done = 0
    unbalanced: set[str] = set()
    found = (tag for tag in _TAG.finditer(text) if tag[1].lower() not in _HTML)
    tags = [tag for tag in found if not overlaps(taken, tag.start(), tag.start() + 1)]
    closings = closing_tags(text) if tags else {}
    for match in tags:
        name = match[1].lower()
        if match.start() < done or name in unbalanced:
            continue
        closing = closings.get(match.start())
        if closing is None:
            unbalanced.add(name)
            continue
        end = text.find(">", closing) + 1 or len(text)
        inner = _TAG_INSIDE.match(text, match.end())
        if name_kind(name) is None and inner and name_kind(inner[1]) == "documents":
            continue  # its documents are looked at one by one
        yield match.start(), end, name
        done = end
