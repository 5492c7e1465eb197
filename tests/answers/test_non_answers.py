"""Completions that answer nothing, and those that only look like them."""

# ruff: noqa: RUF001 - letters of other scripts

from __future__ import annotations

import pytest

from scrimp.answers.canonical import canonical, declines

NOTHING = [
    "I don't know.", "I don’t know", "I do not know the answer to that.", "N/A", "n.a.", "NA", "unknown", "Unknown.",
    "null", "UNKNOWN", "**Unknown**", "`null`", "Sorry, I can't help with that.", "I'm sorry, but I can't assist.",
    "I cannot answer this.", "Not specified", "not mentioned.", "Insufficient information.", "No information available",
    "It cannot be determined.", "Cannot be determined", "The answer is unknown.", "Answer: N/A", "#### unknown",
    "\\boxed{\\text{unknown}}", "```\nN/A\n```", '"unknown"', '{"answer": null}', '{"answer": "I don\'t know"}',
    '{"name": null, "phone": "N/A", "tags": [null]}', "Das weiß ich nicht.", "Keine Angabe", "Unbekannt.", "k. A.",
    "Je ne sais pas.", "Non précisé", "No lo sé.", "Desconocido", "Não sei.", "Non lo so", "Не знаю.", "Неизвестно",
    "不知道。", "未知", "わかりません。", "不明",
    "알 수 없음", "لا أعرف", "पता नहीं", "Weet ik niet", "Nie wiem", "Bilmiyorum",
]  # fmt: skip
SOMETHING = [
    "none", "None", "0", "no", "yes", "Paris", "Nathan", "Nile", "no change", "Unknown Pleasures", "18", "not guilty",
    "null hypothesis", "no smoking", "C", "Noa", "I have a dream", "non-fiction", "[]", "''", "information", "Knot",
    '{"name": "Bob", "phone": null}', '{"answer": []}', "the answer is no", "Can", "Sorry seems the hardest word", "不",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING, ids=range(len(NOTHING)))
def test_what_answers_nothing_asserts_nothing(text: str) -> None:
    assert canonical(text) is None
    assert declines(text)


@pytest.mark.parametrize("text", SOMETHING, ids=range(len(SOMETHING)))
def test_an_answer_of_like_words_is_an_answer(text: str) -> None:
    assert canonical(text) is not None
    assert not declines(text)


REFUSALS = [
    "I'm sorry, but I can't help with that request: it goes against the policy that I was given by those who made me.",
    "I cannot determine the number of geese from the text, as it only speaks of ducks.\n\nPlease give me more of it.",
]
LETTERS = [
    "I can't wait to see you on Saturday! Bring the children along, the geese are looking forward to it as well."
]


@pytest.mark.parametrize(
    ("text", "refused"), [*((text, True) for text in REFUSALS), *((text, False) for text in LETTERS)]
)
def test_a_refusal_of_a_sentence_or_two_is_told_from_a_letter(text: str, refused: bool) -> None:
    assert declines(text) == refused
    assert canonical(text) is None


def test_with_a_schema_a_record_without_any_value_asserts_nothing() -> None:
    assert canonical('{"name": null, "phone": "unknown"}', schema={}) is None
    assert canonical('{"name": null, "phone": "555"}', schema={}) is not None


def test_a_choice_is_an_answer_whatever_it_says() -> None:
    assert canonical("Unknown.", ("yes", "no", "unknown")) == "unknown"
    assert not declines("Unknown.", ("yes", "no", "unknown"))


@pytest.mark.parametrize(
    ("boxed", "content"),
    [("{C}", "C"), ("{\\text{C}}", "C"), (" {{7}} ", "7"), ("\\frac{1}{2}", "0.5"), ("18", "18"), ("{18}", "18")],
)
def test_braces_around_all_of_a_box_only_group(boxed: str, content: str) -> None:
    assert canonical(f"So it is \\boxed{{{boxed}}}.") == content


def test_braces_within_a_box_belong_to_its_content() -> None:
    assert canonical(r"\boxed{\frac{1}{\sqrt{2}}}") == r"\frac{1}{\sqrt{2}}"
    assert canonical(r"\boxed{{a}+{b}}") == "{a}+{b}"
    assert canonical(r"\boxed{\{1, 2\}}") == r"\{1, 2\}"
