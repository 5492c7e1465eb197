"""Detect context, the documents and passages to answer from: by tags, by labels, or as prose beside a question."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from operator import itemgetter

from scrimp.compress.instructions.rules import speaks_to_model
from scrimp.compress.instructions.sentence_kinds import kind_of
from scrimp.compress.instructions.vocabulary import WORD, fold, labels, shared_expression, shared_list
from scrimp.compress.zones.blocks import Block, blocks
from scrimp.compress.zones.prose import may_be_prose
from scrimp.compress.zones.tagged_documents import Region, tagged_documents
from scrimp.compress.zones.zone_span import ZoneSpan, gaps, runs
from scrimp.regexes import pattern

_TO_MODEL = shared_list("to_model")
_OF_OURS = shared_expression("of_ours")  # headings of instructions: "How we talk", "Unsere Regeln"
_QUOTED = re.compile(r"\"[^\"\n]{1,300}\"|\u201c[^\u201c\u201d\n]{1,300}\u201d|\u00ab[^\u00ab\u00bb\n]{1,300}\u00bb")
_END = r"[.!?\u061f\u0964][\"')\]*]*+(?=\s|$)"
_SENTENCE = re.compile(
    rf"(?:[^\n.!?\u061f\u0964\u3002\uff01\uff1f]++|(?!{_END})[.!?\u061f\u0964])*+(?:{_END}|[\u3002\uff01\uff1f]|$)",
    re.MULTILINE,
)
_MIN_LABELED = 200  # bytes of documents under labels or after an announcement, all together
_MIN_ARTICLE, _MIN_PARAGRAPH = 1000, 300  # bytes of prose that nothing says to be documents: of it all, of a paragraph
_MIN_ITEM = 150  # bytes of an item of a list, where documents were announced
_MIN_ANNOUNCED = 60
_MAX_QUESTION, _MAX_ORDER = 500, 160  # characters of the last paragraph
_STEP = re.compile(r"\w+, ")  # "Second, find the paths.", among announced prose
_SHORTEST_LINES = 4  # characters of a line, on average; documents have more


def detect_context(text: str, found: list[ZoneSpan]) -> Iterator[ZoneSpan]:
    """Yield context in tags, under labels, or in prose beside a question, outside the spans found so far."""
    taken = sorted((span.start, span.end) for span in found)
    tagged = tagged_documents(text, taken)
    done = 0  # what a label marks may have documents in tags in it
    for start, end in sorted([*tagged, *_in_blocks(text, sorted([*taken, *tagged]), bool(tagged))]):
        within = taken[bisect_left(taken, start, key=itemgetter(1)) : bisect_left(taken, (end,))]
        yield from (ZoneSpan(*gap, "context", "prose") for gap in gaps(max(start, done), end, within))
        done = max(end, done)


def _in_blocks(text: str, taken: Sequence[Region], has_tagged: bool) -> list[Region]:
    """Return the regions of blocks that are documents: those under labels, or else those that read like documents."""
    if text.count("\n") * _SHORTEST_LINES > len(text) or not may_be_prose(text):
        return []
    parts = blocks(text, gaps(0, len(text), taken))
    reader = _Reader(text, parts)
    if any(block.mark in ("documents", "passage") for block in parts):
        regions = list(_regions(parts, reader.under_labels()))
        if sum(_size(text[start:end]) for start, end in regions) >= _MIN_LABELED:
            return _without_examples(parts, regions)
    return [] if has_tagged else list(_regions(parts, reader.unlabeled()))


class _Reader:
    """Reads which blocks of a text are documents."""

    def __init__(self, text: str, parts: Sequence[Block]) -> None:
        self._text, self._parts = text, parts
        self._sentences: dict[int, list[str]] = {}  # of each block read so far, by its place
        self._ruled = {block.start for two in pairwise(parts) for block in two if "ruler" in (two[0].mark, two[1].mark)}

    def under_labels(self) -> list[bool]:
        """Return which blocks labels make documents: up to a task, or to a paragraph that only tells or asks."""
        documents: list[bool] = []
        under = False
        sections = self._prose_sections()
        for at, block in enumerate(self._parts):
            if block.mark == "passage" and self._is_of_ours(block):
                under = False
            elif block.mark == "documents" and not block.numbered:
                under = not self._turns(block)
            elif block.mark in ("documents", "passage"):
                under = under or block.numbered or at in sections
            elif block.mark in ("question", "task") or (block.mark != "ruler" and under and self._turns(block)):
                under = False
            documents.append(under and not self._labels_a_frame(at))
        last = self._parts[-1]
        if documents[-1] and last.mark == "none" and self._body(self._parts[-2]).strip():
            # Not an order, nor the words to look for.
            documents[-1] = last.end - last.start > (_MAX_ORDER if self._asked_outside(documents) else _MAX_QUESTION)
        return documents

    def _is_of_ours(self, block: Block) -> bool:
        return not block.numbered and _OF_OURS.search(self._text[block.start : block.body]) is not None

    def _labels_a_frame(self, at: int) -> bool:
        """Return whether a label stands alone over a ruler or quotation marks, which frame all that it labels."""
        block, after = self._parts[at], self._parts[at + 1 : at + 2]
        return not block.numbered and bool(after) and after[0].mark == "ruler" and not self._body(block).strip()

    def unlabeled(self) -> list[bool]:
        """Return which blocks read like documents, where they were announced or something is asked beside them."""
        announced = self._announced
        reads_well = self._is_announced_prose if announced else self._is_article
        documents: list[bool] = []
        told = False  # under a label of rules or the like
        for block in self._parts:
            told = block.mark == "task" or (told and block.mark in ("none", "item"))
            readable = block.mark not in ("question", "task", "ruler")
            documents.append(not told and readable and reads_well(block))
        size = sum(_size(self._body(block)) for block, is_one in zip(self._parts, documents, strict=True) if is_one)
        if size < (_MIN_LABELED if announced else _MIN_ARTICLE) or not self._asked_outside(documents):
            return [False] * len(documents)
        return documents

    def _prose_sections(self) -> set[int]:
        """Return the headings of which at least two stand over enough prose that does not speak to the model."""
        sizes: dict[int, int] = {}
        heading = -1
        for at, block in enumerate(self._parts):
            if block.mark in ("documents", "question", "task"):
                heading = -1
            elif block.mark == "passage":
                heading = -1 if block.numbered or self._is_of_ours(block) else at
            if heading >= 0 and block.mark != "ruler" and self._body(block).strip():
                spoils = self._turns(block) or (not self._announced and self._speaks_to_model(block))
                if spoils and heading == at:
                    heading = -1
                elif not spoils:
                    sizes[heading] = sizes.get(heading, 0) + _size(self._body(block))
        found = {at for at, size in sizes.items() if size >= _MIN_ITEM}
        return found if len(found) > 1 and sum(sizes[at] for at in found) >= _MIN_PARAGRAPH * 2 else set()

    def _body(self, block: Block) -> str:
        return self._text[block.body : block.end]

    def _sentences_of(self, block: Block) -> list[str]:
        if block.start not in self._sentences:
            found = () if self._body(block).isspace() else _SENTENCE.finditer(self._text, block.body, block.end)
            self._sentences[block.start] = [words for match in found if (words := match[0].strip())]
        return self._sentences[block.start]

    def _turns(self, block: Block) -> bool:
        """Return whether a block speaks to the model: it begins by telling, only asks, or ends by asking."""
        kinds = map(kind_of, self._sentences_of(block))
        if (first := next(kinds, None)) != "statement" and "statement" not in kinds:
            return first is not None
        if first == "order" and speaks_to_model(self._sentences_of(block)[0]):
            return True
        return self._is_short(block) and kind_of(self._sentences_of(block)[-1]) == "question"

    def _is_short(self, block: Block) -> bool:
        return block.end - block.start <= _MAX_QUESTION

    def _asked_outside(self, documents: Sequence[bool]) -> bool:
        outside = (block for block, is_one in zip(self._parts, documents, strict=True) if not is_one)
        return any(
            (block.mark == "question" and self._body(block).strip())
            or "question" in map(kind_of, self._sentences_of(block))
            for block in outside
            if block.mark != "ruler"
        )

    @cached_property
    def _announced(self) -> bool:
        """Return whether an order speaks of documents that it does not name ("Use only the passages.")."""
        names = labels("documents")
        return any(
            kind_of(sentence) == "order" and not names.isdisjoint(WORD.findall(fold(sentence)))
            for block in self._parts
            if block.mark in ("none", "task") and self._is_short(block)
            for sentence in self._sentences_of(block)
        )

    def _is_announced_prose(self, block: Block) -> bool:
        kinds = list(map(kind_of, self._sentences_of(block)))
        least = _MIN_ITEM if block.mark == "item" else _MIN_ANNOUNCED
        tells = kinds[:1] == ["order"] or kinds.count("order") * 3 > len(kinds)
        is_step = kinds[:1] == ["question"] and _STEP.match(self._sentences_of(block)[0]) is not None
        return _size(self._body(block)) >= least and not tells and not is_step and not self._turns(block)

    def _is_article(self, block: Block) -> bool:
        least = _MIN_ITEM if block.mark == "item" or block.start in self._ruled else _MIN_PARAGRAPH
        return _size(self._body(block)) >= least and not self._speaks_to_model(block) and not self._turns(block)

    def _speaks_to_model(self, block: Block) -> bool:
        said = _QUOTED.sub("", self._body(block)).lower()
        spoken = (words for words in _TO_MODEL if words in said)  # few; scripts without spaces come last
        return any(words > "\u3000" or pattern(rf"\b{words}\b").search(said) for words in spoken)


def _regions(parts: Sequence[Block], documents: Sequence[bool]) -> Iterator[Region]:
    """Yield the blocks that are documents, together where only rulers are between them."""
    told = ((block, is_one) for block, is_one in zip(parts, documents, strict=True) if block.mark != "ruler")
    for run in runs(told, lambda one, two: one[1] == two[1]):
        if run[0][1]:
            yield run[0][0].start, run[-1][0].end


def _without_examples(parts: Sequence[Block], regions: list[Region]) -> list[Region]:
    """Return the regions from the last on back to a question, before which are examples."""
    asked = (block.start for block in parts if block.mark == "question" and block.start < regions[-1][0])
    last = max(asked, default=0)
    return [region for region in regions if region[0] >= last]


def _size(text: str) -> int:
    """Return the bytes in UTF-8, so that scripts with a word per character count for as much."""
    return len(text.encode("utf-8", "surrogatepass"))
