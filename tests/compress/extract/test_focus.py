from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compress.extract.focusing import by_words_alone, focus
from scrimp.compress.extract.focus import Piece, share_of_text
from scrimp.compress.extract.focus import focus as focus_pieces
from scrimp.compress.extract.sentences import split_sentences
from scrimp.compress.extract.words import tokenize

DATA = Path(__file__).parent.parent / "data"
CORPUS = [json.loads(line) for line in (DATA / "focus.jsonl").read_text("utf-8").splitlines()]

any_text = st.text(st.characters(exclude_categories=()))
documents = st.lists(
    st.sampled_from(
        [
            *(
                "The tower is 300 m high. ",
                "It was built in 1889. ",
                "Cats sleep. ",
                "Nobody knows. ",
                "\n",
                "\n\n",
                "\r\n",
            ),
            *("Document [1]: ", "[2] ", "Title: The tower\n", "# Heights\n", "<doc>\n", "</doc>\n", "<br/>\n", "Bob: "),
            *("塔高300米。", "หอคอยสูง ", "\ud800. ", "\0. "),
        ]
    ),
    max_size=40,
).map("".join)
queries = st.sampled_from(
    ["How high is the tower?", "When was it built in 1889", "塔高", "หอคอย", "", "zzz", "sleeping cat"]
)
ratios = st.floats(0, 1)


def is_subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(letter in rest for letter in part)


@given(any_text | documents, queries | any_text, ratios)
def test_what_is_left_are_units_of_the_source_in_order(text: str, query: str, keep: float) -> None:
    assert is_written_with(focus(text, query, keep=keep), split_sentences(text))


def is_written_with(text: str, units: list[str]) -> bool:
    """Return whether some of the units, in order, spell the text: every place reachable is tried."""
    reached = {0}
    for unit in units:
        reached |= {at + len(unit) for at in reached if text.startswith(unit, at)}
    return len(text) in reached


@given(documents, queries, ratios, ratios)
def test_what_is_kept_of_less_is_kept_of_more(text: str, query: str, one: float, other: float) -> None:
    fewer, more = (focus(text, query, keep=keep) for keep in sorted((one, other)))

    assert is_subsequence(fewer, more)


@given(documents, queries, ratios)
def test_no_more_is_kept_than_asked_but_the_best_sentence(text: str, query: str, keep: float) -> None:
    kept = focus(text, query, keep=keep)

    assert len(kept) <= share_of_text(keep, 0.0) * len(text) or kept == focus(text, query, keep=0)


def test_the_best_sentence_is_kept_however_little_is_asked_for() -> None:
    assert focus(PASSAGES, "Is it 300 m high?", keep=0) == "Document [2]: It is 300 m high. \n"


@given(any_text | documents, queries | any_text)
def test_all_of_a_text_is_the_text(text: str, query: str) -> None:
    assert focus(text, query, keep=1) == text


@pytest.mark.parametrize("query", ["", "  ?!", pytest.param("unrelated", marks=by_words_alone)])
def test_without_anything_to_look_for_nothing_is_dropped(query: str) -> None:
    text = "One is here. Two is there. Three is gone."

    assert focus(text, query, keep=0.3) == text


PASSAGES = (
    "Document [1]: Cats sleep all day. They wake at night.\n\n"
    "Document [2]: The tower is old. It is 300 m high. Birds live in it.\n\n"
    "Document [3]: Bread is made of flour. It is baked.\n"
)


def test_a_sentence_keeps_the_label_of_its_passage_and_no_other() -> None:
    kept = focus(PASSAGES, "How high is the tower?", keep=0.4)

    assert kept.startswith("Document [2]: The tower is old. It is 300 m high. ")
    assert "Document [1]" not in kept
    assert "Document [3]" not in kept


def test_titles_and_headings_stay_over_what_they_head() -> None:
    text = (
        "# Animals\n\nPassage 1:\nTitle: Cats\nCats sleep.\n\n# Towers\n\nPassage 2:\nTitle: Paris\nIt is 300 m high.\n"
    )

    assert focus(text, "how high", keep=0.5) == "# Towers\n\nPassage 2:\nTitle: Paris\nIt is 300 m high.\n"


def test_a_tag_that_is_kept_is_closed() -> None:
    text = '<docs>\n<doc id="1">\nCats sleep all day long.\n</doc>\n<doc id="2">\nIt is high.\n</doc>\n</docs>\n'

    assert focus(text, "high", keep=0.6) == '<docs>\n<doc id="2">\nIt is high.\n</doc>\n</docs>\n'


def test_paragraphs_stay_apart_when_sentences_between_are_dropped() -> None:
    text = "The tower is high.\n\nCats sleep.\n\nA tower stands.\n"

    assert focus(text, "tower", keep=0.8) == "The tower is high.\n\nA tower stands.\n"


def test_lines_stay_apart_where_the_end_of_the_first_goes_and_what_is_before_it_stays() -> None:
    pieces = [Piece("Never stop it. ", False), Piece("Dogs bark.\n\nThe tower is high.\nCats sleep.\n\n", True)]

    assert focus_pieces(pieces, "tower", keep=0.3) == ["Never stop it. ", "\n\nThe tower is high.\n\n"]


def test_a_part_of_which_nothing_is_left_leaves_one_break() -> None:
    pieces = [Piece("The tower is high. ", True), Piece("Never stop it.", False), Piece("\n\nCats sleep.\n\n", True)]

    assert focus_pieces(pieces, "tower", keep=0.3)[2] == "\n\n"


@pytest.mark.parametrize("form", ["Q: {0}\nA: {1}", "{0}\n{1}", "{0}\n\n{1}", "- {0} {1}"])
@pytest.mark.parametrize("at", range(5))
def test_the_answer_below_a_question_stays_with_it(form: str, at: int) -> None:
    pairs = [
        ("How do I reset my password?", "Open the menu and press the red button. Wait a minute."),
        ("Can I return software?", "No, unless it is faulty. Write to us within 20 days."),
        ("Who runs the shop?", "Kwabena van Dijk. He has done so since 2008."),
        ("Where is the workshop?", "Behind the old station, next to the bakery. Ring twice."),
        ("When are you closed?", "On Sundays, and in the whole of July. Letters are read on Mondays."),
    ]
    question, answer = pairs[at]

    left = focus("\n\n".join(form.format(*pair) for pair in pairs), question, keep=0.5)

    assert answer.split(". ")[0] in left


def test_the_ends_of_a_text_stay_apart_from_their_neighbours() -> None:
    assert (
        focus("\n\nCats sleep.\nThe tower is high.\nDogs bark.\n\n", "tower", keep=0.3) == "\n\nThe tower is high.\n\n"
    )


def test_sentences_that_tie_are_kept_from_the_first() -> None:
    assert focus("A tower. A tower. A tower. A tower.", "tower", keep=0.3) == "A tower. A tower. "


def test_a_number_asked_for_finds_its_sentence() -> None:
    text = "".join(f"In {year} the fair was held in a city. " for year in range(1900, 1920))

    assert "In 1913 the fair" in focus(text, "Where was the fair held in 1913?", keep=0.1)


def test_a_word_in_another_form_is_found() -> None:
    text = "Cats are asleep. The builders constructed it fast. Dogs are awake. Birds are loud. "

    assert "constructed" in focus(text, "Who was constructing?", keep=0.5)


needles = st.sampled_from(["tower", "1889", "Nobody", "[2]", "Heights", "<doc>", "</doc>", "<br/>", "Bob", "塔", "zzz"])


@given(documents, queries, ratios, needles)
def test_what_must_stay_stays_whatever_the_ratio(text: str, query: str, keep: float, needle: str) -> None:
    kept = focus(text, query, keep=keep, must_keep=lambda unit: needle in unit)

    assert kept.count(needle) == text.count(needle)


@given(documents, queries, ratios, ratios, needles)
def test_what_must_stay_leaves_less_in_less(text: str, query: str, one: float, other: float, needle: str) -> None:
    fewer, more = (
        focus(text, query, keep=keep, must_keep=lambda unit: needle in unit) for keep in sorted((one, other))
    )

    assert is_subsequence(fewer, more)


@given(documents, queries, ratios, needles)
def test_what_must_stay_counts_towards_the_ratio(text: str, query: str, keep: float, needle: str) -> None:
    kept = focus(text, query, keep=keep, must_keep=lambda unit: needle in unit)

    most = share_of_text(keep, 0.0) * len(text)
    assert len(kept) <= most or kept == focus(text, query, keep=0, must_keep=lambda unit: needle in unit)


@given(documents, queries, ratios)
def test_where_nothing_must_stay_nothing_changes(text: str, query: str, keep: float) -> None:
    assert focus(text, query, keep=keep, must_keep=lambda _: False) == focus(text, query, keep=keep)


def test_a_sentence_that_must_stay_keeps_its_label_beside_the_best() -> None:
    kept = focus(PASSAGES, "Is it 300 m high?", keep=0, must_keep=lambda unit: "flour" in unit)

    assert kept == "Document [2]: It is 300 m high. \n\nDocument [3]: Bread is made of flour. \n"


def test_a_tag_that_must_stay_keeps_its_other_half_and_what_it_stands_in() -> None:
    text = "<docs>\n<doc>\nCats sleep.\n</doc>\n</docs>\nThe tower is high.\n"

    for half in ("<doc>", "</doc>"):
        kept = focus(text, "tower", keep=0, must_keep=lambda unit, half=half: unit == half)  # type: ignore[misc]
        assert kept == "<docs>\n<doc>\n</doc>\n</docs>\nThe tower is high.\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Über 1,160,000 ΚΌΣΜΟΣ", ["über", "1,160,000", "κόσμοσ"]),
        ("\uff26\uff35\u3000\uff12", ["fu", "2"]),
        ("素数p", ["素", "数", "素数", "p"]),
        ("หอคอย", ["หอค", "อคอ", "คอย"]),
        ("सेप्टीसीमिया क्या", ["सेप्टीसीमिया", "क्या"]),
        ("foo_bar v1.2", ["foo_bar", "v1", "2"]),
    ],
)
def test_words_of_any_script_are_words(text: str, expected: list[str]) -> None:
    assert tokenize(text) == expected


@pytest.mark.parametrize("item", CORPUS, ids=lambda item: item["id"])
@pytest.mark.parametrize("keep", [0.6, 0.4])
def test_the_answer_survives(item: dict[str, str], keep: float) -> None:
    kept = focus(item["context"], item["question"], keep=keep)

    assert any(answer.strip() in kept for answer in item["answers"])
    assert len(kept) <= share_of_text(keep, 0.0) * len(item["context"])


def test_the_corpus_speaks_seven_languages() -> None:
    assert {item["source"]["file"] for item in CORPUS} >= {
        f"xquad.{code}.json" for code in ["en", "de", "es", "ru", "zh", "ar", "hi"]
    }


@given(st.lists(ratios, min_size=2, max_size=4))
@example([0.1, 0.2, 0.4, 0.6])
def test_more_of_an_article_holds_all_that_less_of_it_held(keeps: list[float]) -> None:
    item = CORPUS[0]
    kept = [focus(item["context"], item["question"], keep=keep) for keep in sorted(keeps)]

    for fewer, more in pairwise(kept):
        assert all(unit in more for unit in split_sentences(item["context"]) if unit in fewer)


@pytest.mark.parametrize("piece", ["a", "\u0301\u0327", "<a>\n", "[1] ", "1. a\n", "A B:\n", "«", "今", "ก"])
def test_a_text_of_one_thing_over_and_over_is_read_to_its_end(piece: str) -> None:
    text = piece * 50_000 + "\nThe tower is high.\n"

    assert "The tower is high." in focus(text, "tower", keep=0.1)


def test_a_sentence_with_a_word_that_the_best_one_lacks_comes_next() -> None:
    text = (
        "The old town hall of Varn burnt down in 1902 and the hall was the pride of the town. "
        "In the town hall the town held its dances, and a hall in the next town was smaller. "
        "Emil Brand was mayor from 1899 to 1910. Bread is sold on Tuesdays, and fish is sold until noon. "
        "The crane was sold to Oslo. The school has 400 pupils, and its roof leaks."
    )

    assert "Emil Brand was mayor" in focus(text, "Who was mayor when the town hall burnt down?", keep=0.45)
