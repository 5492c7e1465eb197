"""Find the question that a prompt asks about its documents, which sentences are selected for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scrimp.compress.extract.sentences import is_break, split_sentences
from scrimp.compress.instructions.labels import LabelKind, label_at
from scrimp.compress.instructions.sentence_kinds import content_words, has_content, kind_of, share_about_answers
from scrimp.compress.instructions.vocabulary import WORD, fold
from scrimp.compress.zones.zone import Zone

_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_CLOSING_TAG = re.compile(r"</[A-Za-z][^<>\n]*>")
_TAG = re.compile(r"<[A-Za-z!][^<>\n]*>")
_AFTER_COLON = re.compile(r"[:\uff1a]\s*")
_OPTION = re.compile(r"[ \t]*(?:[(\[]?[A-Ha-h1-8][).\]:]|[-*\u2022])[ \t]")
_MOSTLY = 0.5  # of the words of a sentence that tells how to answer, in words that are not known as such
_LEAST_SHARED = 2  # words that an order has in common with the documents, where nothing else says what is asked
_MAX_PARAGRAPH = 600  # characters; what is longer is a report around the question, of which only the question counts


class _Part(NamedTuple):
    """A paragraph of the instructions, or the part of it under one label."""

    label: LabelKind | None
    text: str


def find_question(zones: Sequence[Zone]) -> str:
    """Return what the instructions ask, or "": all questions under a label, else all others, else what they state.

    Instructions after the documents are searched first: an example before them may ask something else. Sentences that
    tell how to answer are not a question, unless nothing else says what is looked for.
    """
    last = max((at for at, zone in enumerate(zones) if zone.kind == "context"), default=-1)
    after, before = (list(_parts(part)) for part in (zones[last + 1 :], zones[: last + 1]))
    for find in (_labeled, _asked, _stated):
        for parts in (after, before):
            if found := find(parts):
                return "\n".join(found)
    return _ordered([*before, *after], " ".join(zone.text for zone in zones if zone.kind == "context"))


def without_answer_orders(instructions: str) -> str:
    """Return instructions without the sentences that speak only of the answer ("Respond in JSON.")."""
    sentences = split_sentences(instructions)
    return "".join(text for text in sentences if is_break(text) or has_content(text) or kind_of(text) != "order")


def _parts(zones: Sequence[Zone]) -> Iterator[_Part]:
    """Yield the paragraphs of the instructions; one right after an empty label is under it."""
    label: LabelKind | None = None
    for zone in zones:
        if (zone.kind, zone.form) != ("instruction", "prose"):
            label = None
            continue
        for paragraph in _PARAGRAPH.split(_CLOSING_TAG.sub("\n\n", zone.text)):
            for found, words in _by_labels(paragraph, label):
                if text := _TAG.sub(" ", words).strip():
                    yield _Part(found, text)
                label = found if found and not text else None


def _by_labels(paragraph: str, label: LabelKind | None) -> Iterator[_Part]:
    """Yield the parts of a paragraph, each of whose labels starts a new one."""
    lines: list[str] = []
    for line in paragraph.split("\n"):
        if found := label_at(line):
            if lines:
                yield _Part(label, "\n".join(lines))
            label, lines = found.kind, [line[found.end :]]
        else:
            lines.append(line)
    yield _Part(label, "\n".join(lines))


def _labeled(parts: Sequence[_Part]) -> list[str]:
    """Return what stands under labels such as "Question:", but for examples, which are answered."""
    found: list[str] = []
    for at, part in enumerate(parts):
        answer = parts[at + 1] if at + 1 < len(parts) else None
        answered = answer is not None and answer.label == "task" and kind_of(answer.text) == "statement"
        if part.label == "question" and not answered:
            asked = [text for text, kind in _sentences(part.text) if kind != "order"]
            found += asked or ([part.text] if has_content(part.text) else [])
    return found


def _asked(parts: Sequence[_Part]) -> list[str]:
    """Return every question, with what its own paragraph states ("I paid twice. Can I get it back?")."""
    found: list[str] = []
    for part in parts:
        sentences = _sentences(part.text)
        if any(kind == "question" for _, kind in sentences):
            short = len(part.text) <= _MAX_PARAGRAPH
            found += [text for text, kind in sentences if kind == "question" or (short and kind == "statement")]
    return found


def _stated(parts: Sequence[_Part]) -> list[str]:
    """Return the last short paragraph that states something, such as the words to look for."""
    for part in reversed(parts):
        stated = [text for text, kind in _sentences(part.text) if kind == "statement"]
        if stated and len(part.text) <= _MAX_PARAGRAPH and has_content(" ".join(stated)):
            return stated
    return []


def _ordered(parts: Sequence[_Part], documents: str) -> str:
    """Return the last order that speaks of what is in the documents ("Use the passages to date the great fire.")."""
    known = set(WORD.findall(fold(documents)))
    orders = [text for part in parts for text, kind in _sentences(part.text) if kind == "order" and has_content(text)]
    return next((text for text in reversed(orders) if len(content_words(text) & known) >= _LEAST_SHARED), "")


def _sentences(text: str) -> list[tuple[str, str]]:
    """Return the sentences of a paragraph with their kinds; what an order has after its colon is judged by itself."""
    found: list[tuple[str, str]] = []
    for unit in _units(text):
        sentence = _after_order(unit).strip()
        option = _OPTION.match(unit) is not None and found[-1:] and found[-1][1] == "question"
        kind = "question" if option else kind_of(sentence)
        found.append((sentence, "order" if kind == "statement" and share_about_answers(sentence) >= _MOSTLY else kind))
    return found


def _units(text: str) -> Iterator[str]:
    """Yield sentences; lines that look like one sentence, wrapped, are several where one of them is an order."""
    for unit in (each for each in split_sentences(text) if not is_break(each)):
        lines = unit.split("\n")
        yield from lines if len(lines) > 1 and any(kind_of(line) == "order" for line in lines) else [unit]


def _after_order(sentence: str) -> str:
    colon = _AFTER_COLON.search(sentence)
    if colon and sentence[colon.end() :].strip() and kind_of(sentence[: colon.start()]) == "order":
        return sentence[colon.end() :]
    return sentence
