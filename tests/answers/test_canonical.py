"""What completions are reduced to, and what must never be taken for the same."""

from __future__ import annotations

import json
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.answers.canonical import canonical


@pytest.mark.parametrize(
    "text",
    [
        "18", "18.", "18.00", "$18", "18 dollars", "18 USD", "**18**", "$18.00", "\\boxed{18}", "$18$", "18 %", "+18",
        "about 18 dollars per day", "The answer is **18**.", "Answer: 18", "#### 18", "final answer = 18 eggs",
        '{"answer": "18"}', '{"reasoning": "9 * 2", "answer": 18}', '{"answer": "$18.00"}', "36/2",
        '```json\n{"reasoning": "so 9 * $2", "answer": "18 dollars"}\n```',
        'Here you are:\n```json\n{"reasoning": "1 \\( x \\)", "answer": "18"}\n```',
        "First 16 - 3 - 4 = 9 eggs. Then they are sold.\nSo she makes $18 every day.",
        "She sells 9 eggs. That makes 9 * $2 = $18 every day.", "<think>17? no</think>18",
    ],
)  # fmt: skip
def test_one_number_written_many_ways_is_one_assertion(text: str) -> None:
    assert canonical(text) == "18"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234,567", "1234567"), ("1 234 567 km".replace(" ", "\u202f", 2), "1234567"), ("1'234", "1234"),
        ("1,00,000", "100000"), ("1.234,56 €", "1234.56"), ("0,125", "0.125"), ("1.5 million", "1500000"),
        ("5k", "5000"), ("1/3", "1/3"), ("2/6", "1/3"), ("3 1/2", "3.5"), ("½", "0.5"), ("\\frac{3}{4}", "0.75"),
        ("\u22124", "-4"), ("-$5", "-5"), ("'7'", "7"), ("$25,000/year", "25000"), ("2600g", "2600"),
        ("6th", "6"), ("72 Mb/h", "72"), ("three", "3"), ("Twenty-five eggs.", "25"),
        ("#### 17 boys are in the third class", "17"),
        ("Answer: The animals have a total of 160 legs altogether.", "160"),
        ("12 + 6 = <<12+6=18>>18\n\nBill is now on the 18th floor.", "18"),
        ("It is 42 / 2 = 21 days.\n21 / 7 = 3 weeks.\n\nThe 42 kg bag will last for 3 weeks.", "3"),
        ("1.2 x 10^3", "1200"), ("1e-2", "0.01"), ("25 percent", "25"), ("007", "7"), ("-0", "0"),
    ],
)  # fmt: skip
def test_a_number_has_one_spelling(text: str, number: str) -> None:
    assert canonical(text) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Angry Men", "12 Monkeys"), ("A. Lincoln", "A. Johnson"),
        ("['7']", "[7]"), ("5 pm", "5 am"), ("the answer is C. S. Lewis", "the answer is C. Day-Lewis"),
        ("'a  b'", "'a b'"), ("'a '", "'a'"), ("5*83***", "5*83**"), ("{'a': 'b'}", "{'a': 'B'}"),
        ("The answer is approx. 18 or 20", "The answer is approx. 30"), ("flat 12b", "flat 12a"), ("12b", "12a"),
        ("'UppEr'", "'upper'"),
        ("C", "C++"), ("C", "C#"), ("[1, 2]", "(1, 2)"), ("['a']", "['A']"), ("10:30", "10:45"),
        ("2024-01-05", "2024-01-06"),
        ("1.5", "1,500"), ("18 eggs and 3 ducks", "18 eggs and 4 ducks"), ("yes", "no"), ("True", "1"), ("-5", "5"),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 3}'), ("5 million", "5"), ("''", "' '"),
    ],
)  # fmt: skip
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", "paris."), ("The Beatles", "Beatles"), ("“Paris”", '"Paris"'), ("(B)", "B"), ("B) Paris", "Option B"),
        ("Yes.", "yes, because it is even"), ("True", "true"), ("[1, 2.0]", "[1.0,2]"), ("{'a': 1}", '{"a": 1.0}'),
        ('{"answer": "UppEr"}', '{"answer": "\'UppEr\'"}'), ('{"answer": ""}', "''"), ("{1, 2}", "{2, 1}"),
        ('{"city": "Bonn", "n": "1,000"}', '```\n{"n": 1000, "city": "Bonn."}\n```'),
        ('{"reason": "this", "ok": true}', '{"ok": true, "reason": "that"}'),
        ("The answer is: `['a. b', 1.0]`.", '```python\n["a. b", 1]\n```'), ("The answer is B. Paris", "(B)"),
        ('{"answer": "a  b"}', "'a  b'"), ('{"answer": ")"}', "')'"), ('{"n": "it is "quoted"", "answer": "5"}', "5"),
        ("Answer: B", "The answer is (B)."), ("Result:\n\nThe answer is Paris. It lies on the Seine.", "Paris"),
    ],
)  # fmt: skip
def test_what_is_the_same_agrees(one: str, other: str) -> None:
    assert canonical(one) is not None
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "?!", "Why did the chicken cross the road? To get to the other side, of course!",
        "Dear Sir,\n\nthank you for your letter.\n\nYours",
        "Paris was founded in the 3rd century.\n\nIt grew until 1998.",
        "There are 3 = 1 + 2 parts.\n\nThe whole of it has 4 chapters.",
        "Let me answer this question by first thinking it over.",
        "[1, 2", "Yes! Here is a poem:\nroses are red",
        '{"summary": "A long summary of what went on, in so many words."}',
        "[" * 100_000, "9" * 5000,
    ],
)  # fmt: skip
def test_open_ended_text_asserts_nothing(text: str) -> None:
    assert canonical(text) is None


def test_with_choices_it_is_the_label() -> None:
    assert canonical("**Positive**.", ("positive", "negative")) == "positive"
    assert canonical("mixed", ("positive", "negative")) is None


def test_with_a_schema_it_is_the_json_field_by_field() -> None:
    schema = {"type": "object"}

    assert canonical('{"answer": "18 eggs"}', schema=schema) == '{"answer": "18"}'
    assert canonical("18", schema=schema) == "18"
    assert canonical("eighteen", schema=schema) is None


pieces = [
    "the", "Answer:", "is", "18", "$1,000", "(B)", "yes", "**", "Paris", ".", "\n", "=", "So", '{"answer":', "}", '"x"',
    "['a']", "```",
]  # fmt: skip
texts = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789.,-/ $%ab()[]{}'\"\\:*\nABé½", max_size=30),
    st.lists(st.sampled_from(pieces), max_size=9).map(" ".join),
)
dresses = [
    "{}", "${}", "{}.00", "{} dollars", "**{}**", "The answer is {}.", "{}%", '{{"answer": "{}"}}', "\\boxed{{{}}}",
    " {} km/h",
]  # fmt: skip
# Marks of markdown, JSON and speech that a completion may put around what it says.
wrappings = [
    "{}", "  {}\n", "**{}**", "`{}`", "\"{}\"", "“{}”", "The answer is {}.", "Answer: {}", "**Final answer:** {}",
    "#### {}", "The final answer is **{}**.", "\\boxed{{{}}}", "```\n{}\n```", '{{"answer": "{}"}}',
    '{{"reasoning": "17?", "answer": "{}"}}',
    'Here you are:\n```json\n{{"reasoning": "5 or\nso", "answer": "{}"}}\n```', "<think>Hm, 3?</think>\n\n{}",
]  # fmt: skip
amounts = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.integers(0, 10**9).map("{:,}".format),
    st.decimals(0, 10**6, places=2).map(str),
    st.tuples(st.integers(1, 99), st.integers(1, 99)).map("{0[0]}/{0[1]}".format),
)
said = st.one_of(
    amounts,
    st.sampled_from(("yes", "No", "True", "false", "B", "Paris", "New York", "C++", "Mount Fuji", "carpe diem")),
    st.lists(st.integers(-99, 99), max_size=4).map(repr),
    st.text("qwrtzpsdf", min_size=3, max_size=9),
    st.text("漢字仮名交", min_size=1, max_size=5),
)
leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
literals = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(texts)
def test_a_canonical_text_is_its_own_canonical_text(text: str) -> None:
    once = canonical(text)

    assert once is None or canonical(once) == once


@given(literals)
def test_a_python_literal_is_read_whatever_its_layout(value: object) -> None:
    literal = f"[{value!r}]"

    assert canonical(literal) is not None
    assert canonical(f"  {literal}\n") == canonical(literal)


@given(texts, st.sampled_from(["", " ", "\n", " \n\t"]), st.sampled_from(["", " ", "\n\n"]))
def test_white_space_around_a_completion_changes_nothing(text: str, before: str, after: str) -> None:
    assert canonical(before + text + after) == canonical(text)


@given(st.sampled_from(["positive", "negative", "neutral"]), st.sampled_from([str.upper, str.title, str.lower]))
def test_the_case_of_a_label_changes_nothing(label: str, case: object) -> None:
    assert canonical(case(label), ("positive", "negative", "neutral")) == label  # type: ignore[operator]


@given(st.integers(-(10**12), 10**12), st.sampled_from(dresses), st.booleans())
def test_the_dress_of_a_number_changes_nothing(number: int, dress: str, commas: bool) -> None:
    assert canonical(dress.format(f"{number:,}" if commas else number)) == str(number)


@given(st.text(alphabet=' "answer:{},\\`1*x=', max_size=3000))
def test_no_text_takes_long_to_read(text: str) -> None:
    begun = time.process_time()
    canonical(text)

    assert time.process_time() - begun < 1


def test_white_space_without_end_takes_no_longer() -> None:
    begun = time.process_time()
    for text in (
        '{"answer": "' + " " * 5000,
        '"answer":' + " " * 5000 + "x",
        "answer" + "\n" * 5000,
        "1" + " " * 100 + "/",
    ):
        canonical(text)

    assert time.process_time() - begun < 1


@given(said, st.sampled_from(wrappings))
def test_what_is_put_around_an_answer_changes_nothing(text: str, wrapping: str) -> None:
    assert canonical(text) is not None
    assert canonical(wrapping.format(text)) == canonical(text)


@given(amounts, st.sampled_from(["{}", "${}", "{} €", "{} dollars", "about {} km", "{} eggs per day", "{} %", "{}."]))
def test_a_currency_and_a_unit_change_nothing(amount: str, unit: str) -> None:
    assert canonical(unit.format(amount)) == canonical(amount)


@given(amounts, amounts, st.sampled_from(wrappings))
def test_different_numbers_never_meet(one: str, other: str, wrapping: str) -> None:
    same = Fraction(one.replace(",", "")) == Fraction(other.replace(",", ""))

    assert (canonical(wrapping.format(one)) == canonical(other)) == same


@given(st.text())
def test_any_text_is_read_without_complaint(text: str) -> None:
    canonical(text)
    canonical(text, ("yes", text or "no"))
    canonical(text, schema={})


@given(
    st.lists(st.from_regex(r"[a-z]{2,8}( [a-z]{2,8})?", fullmatch=True), min_size=1, max_size=3, unique=True),
    st.sampled_from(["{}", "**{}**", "{}.", "Answer: {}", "```\n{}\n```"]),
)
def test_a_label_is_its_own_label(choices: list[str], dress: str) -> None:
    for choice in choices:
        label = canonical(dress.format(choice), tuple(choices))

        assert label == canonical(choice, tuple(choices)) == choice


@given(literals.filter(lambda value: isinstance(value, dict)))
def test_the_fields_of_json_are_their_own_fields(value: object) -> None:
    once = canonical(json.dumps(value), schema={})

    assert once is None or canonical(once, schema={}) == once
