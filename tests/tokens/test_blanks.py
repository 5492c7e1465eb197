"""Blanks by the million, as padded exports have them: tiktoken's stack overflows where they are counted at once."""

from __future__ import annotations

import pytest

from scrimp import tokens
from scrimp.tokens.o200k import encoding

BLANKS = (" ", "\t", "\u00a0", "\u3000", " \n")


@pytest.mark.parametrize("blank", BLANKS, ids=ascii)
def test_a_million_blanks_are_counted(blank: str) -> None:
    assert tokens.count(f"x{blank * 1_200_000}y") > 1000


@pytest.mark.parametrize("blank", BLANKS, ids=ascii)
def test_counted_in_pieces_they_are_about_as_many_as_counted_at_once(blank: str) -> None:
    text = f"Two words {blank * 250_000} and more."

    assert tokens.count(text) == pytest.approx(len(encoding().encode_ordinary(text)), abs=4)


def test_a_long_text_without_such_a_run_is_counted_exactly() -> None:
    text = ("A sentence of words,\n" + " " * 100 + "with blanks in it. ") * 8000

    assert tokens.count(text) == len(encoding().encode_ordinary(text))
