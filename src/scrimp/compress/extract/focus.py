"""The sentences of a text that bear on a question, in their order, under the labels they came with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from scrimp.compress.extract.bm25 import QueryTerms, sentence_scores
from scrimp.compress.extract.outline import Outline, build_outline
from scrimp.compress.extract.sentences import is_break, split_sentences
from scrimp.compress.options import Scorer


def focus(
    text: str,
    query: str,
    *,
    keep: float,
    must_keep: Callable[[str], bool] | None = None,
    scorer: Scorer | None = None,
) -> str:
    """Return about `keep` of the text, at most one sentence more: whole sentences, in order, with their labels.

    Units for which `must_keep` is true always stay, with their labels, and count towards `keep`; it is not called for
    line breaks. What a lower `keep` keeps, every higher one keeps too. If the query has no words, the text stays as it
    is. Sentences are ranked by BM25 unless a scorer is given.
    """
    terms = QueryTerms.of(query)
    if keep >= 1 or not terms.words:
        return text
    units = split_sentences(text)
    outline = build_outline(units)
    if scorer is None:
        scores = sentence_scores(units, outline.paragraphs, terms)
    else:
        given = dict(zip(range(len(units)), scorer(units, query), strict=True))
        scores = {index: given[index] for paragraph in outline.paragraphs for index in paragraph}
    if not any(scores.values()):
        return text
    ranked = sorted(scores, key=lambda index: (-scores[index], index))
    required = _required(units, outline, must_keep) if must_keep else set()
    selected = _select(ranked, units, outline, required=required, budget=_budget(units, keep))
    return "".join(_with_breaks(units, selected))


def _budget(units: Sequence[str], keep: float) -> float:
    """Return the characters for sentences and labels; all line breaks are deducted, whichever will be kept."""
    return keep * sum(len(unit) for unit in units) - sum(len(unit) for unit in units if is_break(unit))


def _required(units: Sequence[str], outline: Outline, must_keep: Callable[[str], bool]) -> set[int]:
    required: set[int] = set()
    for index in outline.parent:
        if must_keep(units[index]):
            required |= _with_labels(index, outline, required)
    return required


def _with_labels(index: int, outline: Outline, selected: set[int]) -> set[int]:
    """Return a unit with the labels above it, start tags with their end tags, except for those selected already."""
    added: set[int] = set()
    while index != -1 and index not in selected:
        added |= {index, outline.closing.get(index, index)}
        index = outline.parent[index]
    return added


def _select(
    ranked: Sequence[int], units: Sequence[str], outline: Outline, *, required: set[int], budget: float
) -> set[int]:
    """Add sentences with their labels, best first, until one does not fit; the best is always added."""
    selected = set(required)
    budget -= sum(len(units[index]) for index in required)
    for index in ranked:
        added = _with_labels(index, outline, selected)
        budget -= sum(len(units[unit]) for unit in added)
        if budget < 0 and index != ranked[0]:
            break
        selected |= added
    return selected


def _with_breaks(units: Sequence[str], selected: set[int]) -> Iterable[str]:
    """Yield the selected units, the widest break between each two, and the breaks at the ends of the text."""
    pending, started = "", False
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
    if units and is_break(units[-1]) and len(units) > 1:
        yield units[-1]
