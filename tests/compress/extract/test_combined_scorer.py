from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from compress.extract.focusing import focus
from scrimp.compress.extract.bm25 import relevance
from scrimp.compress.extract.combined_scorer import combined_with_bm25

TEXT = "Bees live in hives. The hall was rebuilt by Anna Meier. Ants live in colonies. A storm had destroyed it."
UNITS = ["Bees live in hives. ", "The hall was rebuilt by Anna Meier. ", "Ants live in colonies. ", "A storm came."]


def liking(word: str) -> object:
    def scorer(units: Sequence[str], _query: str) -> list[float]:
        return [float(word in unit) for unit in units]

    return scorer


def test_what_both_like_is_kept_first() -> None:
    kept = focus(TEXT, "Who rebuilt the hall?", keep=0.3, scorer=combined_with_bm25(liking("rebuilt")))

    assert kept.strip() == "The hall was rebuilt by Anna Meier."


def test_the_other_scorer_has_a_say() -> None:
    mixed = combined_with_bm25(liking("Bees"))(UNITS, "Who rebuilt the hall?")

    assert mixed[0] > mixed[2]
    assert mixed[1] > mixed[3]


@given(flat=st.floats(-1e6, 1e6))
def test_a_scorer_that_likes_all_alike_changes_no_order(flat: float) -> None:
    mixed = combined_with_bm25(lambda units, _query: [flat] * len(units))(UNITS, "Who rebuilt the hall?")
    words = relevance(UNITS, "Who rebuilt the hall?")

    assert sorted(range(4), key=lambda at: -mixed[at]) == sorted(range(4), key=lambda at: -words[at])


def test_no_sentences_have_no_scores() -> None:
    assert combined_with_bm25(liking("x"))(["\n", "# A\n"], "Who?") == [0.0, 0.0]
