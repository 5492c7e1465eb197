"""The sentences of a text that bear on a question, in their order, under the labels they came with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from scrimp.compress.extract.bm25 import sentence_relevance
from scrimp.compress.extract.outline import Outline, build_outline
from scrimp.compress.extract.query_terms import QueryTerms
from scrimp.compress.extract.sentences import is_break, split_sentences

# Chosen on the sets of tests/bench/focus/selection.py, the tuning half, so that what is left of all is about `keep`.
_SPREAD, _USUAL_CERTAINTY, _STEEPNESS = 1000.0, 0.33, 1.5


class Piece(NamedTuple):
    """A part of a prompt: a document, or what stands between documents and stays as it is (code, data, a rule)."""

    text: str
    is_document: bool
    before: str = ""  # what its first line began with


def focus(
    pieces: Sequence[Piece],
    query: str,
    *,
    keep: float,
    must_keep: Callable[[str], bool] | None = None,
) -> list[str]:
    """Return about `keep` of the documents, which compete for it: whole sentences, in order, with their labels.

    What is not a document stays, with the labels of a document that it stands under, and does not count towards `keep`.
    Where it is certain which sentences answer, less is left, and where it is not, more (see `share_of_text`); if even
    the best sentence is more than that, it alone is left. First come the best sentence, those that it or the question
    leads to, and the best with another word of the question: one has "the mayor", one "when the hall burnt down".
    Units for which `must_keep` is true always stay, with their labels, and count towards `keep`. What a lower `keep`
    keeps, every higher one keeps too. A query without words leaves all as it is.
    """
    texts = [piece.text for piece in pieces]
    if keep >= 1 or not QueryTerms.of(query).words:
        return texts
    parts = [split_sentences(piece.text, piece.before) if piece.is_document else [piece.text] for piece in pieces]
    units = [unit for part in parts for unit in part]
    ends = [0, *accumulate(map(len, parts))]
    fixed = frozenset(at for at, piece in zip(ends, pieces, strict=False) if not piece.is_document)
    outline = build_outline(units, fixed)
    scores, certainty, first = sentence_relevance(units, outline, query)
    if not any(scores.values()):
        return texts
    ranked = list(dict.fromkeys([*first, *sorted(scores, key=lambda index: (-scores[index], index))]))
    required = _required(units, outline, must_keep, fixed)
    others = sum(len(units[at]) for at in fixed)
    size, breaks = sum(map(len, units)) - others, sum(len(unit) for unit in units if is_break(unit))
    share = share_of_text(keep, certainty)
    # Of characters for sentences and labels: all line breaks are deducted, whichever will be kept.
    least, most = (part * size - breaks + others for part in (share, max(share, keep)))
    selected = _select(ranked, set(first), units, outline, required=required, budget=least, for_first=most)
    return [
        "".join(_with_breaks(part, {at for at in range(len(part)) if start + at in selected}, before, after))
        for part, start, before, after in zip(parts, ends, ["\n", *texts], [*texts[1:], ""], strict=False)
    ]


def share_of_text(keep: float, certainty: float) -> float:
    """Return the share of a text to leave, `keep` on average over many: more where it is uncertain what answers.

    For 0.6 it is 0.95 where no word of the question is found, 0.3 where one sentence has all and no other has any.
    """
    to_keep = keep**_STEEPNESS
    to_drop = (1 - keep) ** _STEEPNESS * _SPREAD ** (certainty - _USUAL_CERTAINTY)
    return max(1 / (1 + to_drop / to_keep) if to_keep else 0.0, keep / 2)


def _required(
    units: Sequence[str], outline: Outline, must_keep: Callable[[str], bool] | None, fixed: frozenset[int]
) -> set[int]:
    required: set[int] = set()
    for index in outline.parent:
        if index in fixed or (must_keep is not None and must_keep(units[index])):
            required |= _with_labels(index, outline, required)
    return required


def _with_labels(index: int, outline: Outline, selected: set[int]) -> set[int]:
    """Return a unit with its labels, start tags with their end tags, except for those selected already."""
    added: set[int] = set()
    while index != -1 and index not in selected:
        end: int | None = index
        while end is not None and end not in selected:
            added.add(end)
            end = outline.closing.get(end)
        index = outline.parent[index]
    return added


def _select(
    ranked: Sequence[int], first: Collection[int], units: Sequence[str], outline: Outline, *, required: set[int],
    budget: float, for_first: float,
) -> set[int]:  # fmt: skip
    """Add sentences with labels, best first, until one does not fit; the best always; `for_first` is of `first`."""
    selected = set(required)
    used = sum(len(units[index]) for index in required)
    for index in ranked:
        added = _with_labels(index, outline, selected)
        used += sum(len(units[unit]) for unit in added)
        if used > (for_first if index in first else budget) and index != ranked[0]:
            break
        selected |= added
    return selected


def _with_breaks(units: Sequence[str], selected: set[int], before: str, after: str) -> Iterable[str]:
    """Yield the selected units, the widest break between each two and before what follows, and those at the ends."""
    pending, started = "", not before.endswith("\n")
    for index, unit in enumerate(units):
        if index in selected:
            yield pending if started else ""
            yield unit
            pending, started = "", True
        elif is_break(unit):
            if index == 0:
                yield unit
            elif unit.count("\n") > pending.count("\n"):
                pending = unit
    if started:
        at_end = len(units) > 1 and is_break(units[-1]) and (selected or not is_break(units[0]))
        yield units[-1] if at_end else "" if after[:1] in "\r\n" else pending
