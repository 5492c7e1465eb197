"""Which label a completion gives, and when it gives none."""

from __future__ import annotations

import pytest

from scrimp.answers.labels import label_of

FEELING = ("positive", "negative")


@pytest.mark.parametrize(
    "text",
    [
        "positive", "Positive.", "**POSITIVE**", "_positive_", "Answer: positive", '"positive"', "label = `positive`",
        '{"label": "positive"}', "This is a positive review", "Sentiment: positive (not negative)", "# Positive",
        "mixed feelings, negative and not.\nAnswer: positive",
    ],
)  # fmt: skip
def test_a_label_is_found_however_it_is_dressed(text: str) -> None:
    assert label_of(text, FEELING) == "positive"


@pytest.mark.parametrize(
    "text",
    ["", "mixed", "positive and negative", "not positive", "It isn't really positive", "positive-ish", "nonpositive"],
)
def test_no_label_two_labels_and_a_denied_label_are_none(text: str) -> None:
    assert label_of(text, FEELING) is None


@pytest.mark.parametrize(
    ("text", "choices", "label"),
    [
        ("not spam", ("spam", "not_spam"), "not_spam"), ("Not-Spam.", ("spam", "not_spam"), "not_spam"),
        ("this is very negative", ("negative", "very negative"), "very negative"), ("C#.", ("C", "C++", "C#"), "C#"),
        ("c", ("C", "C++"), "C"), ("(B) Paris", ("A", "B"), "B"), ("B. Paris", ("A", "B"), "B"),
        ("A good day", ("A", "B"), None), ("Answer: B", ("A", "B"), "B"), ("a", ("a", "A"), "a"),
        ("A", ("a", "A"), "A"),
        ("这是好评。", ("好评", "差评"), "好评"), ("STRASSE", ("Straße", "Weg"), "Straße"), ("4", ("1", "4"), "4"),
        ("No, it is not.", ("yes", "no"), "no"),
    ],
)  # fmt: skip
def test_labels_that_look_alike_are_told_apart(text: str, choices: tuple[str, ...], label: str | None) -> None:
    assert label_of(text, choices) == label
