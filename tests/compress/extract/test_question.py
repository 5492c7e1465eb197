# ruff: noqa: RUF001 - letters of many scripts are meant as they are
from __future__ import annotations

from pathlib import Path

import pytest

from scrimp.compress.compressor import compress
from scrimp.compress.extract.question import find_question
from scrimp.compress.instructions.labels import label_at
from scrimp.compress.instructions.sentence_kinds import has_content, kind_of
from scrimp.compress.zones.zone import Zone

HERE = Path(__file__).parent
ORDERS = (HERE / "orders.txt").read_text("utf-8").splitlines()
ASKED = (HERE / "asked.txt").read_text("utf-8").splitlines()
TASKS = HERE.parent / "task"  # questions and tasks that were gathered for another purpose


def told(text: str) -> Zone:
    return Zone("instruction", "prose", text)


CONTEXT = Zone("context", "prose", "Is this a question? Yes, but it is the document's own. The great fire was in 1902.")


def asked_in(before: str, after: str) -> str:
    return find_question([told(before), CONTEXT, told(after)])


@pytest.mark.parametrize("order", ORDERS)
def test_a_sentence_that_tells_how_to_answer_is_an_order(order: str) -> None:
    assert kind_of(order) == "order"


@pytest.mark.parametrize(("number", "asked"), list(enumerate(ASKED)))
def test_the_question_is_found_wherever_it_stands_among_orders(number: int, asked: str) -> None:
    one, other = ORDERS[number % len(ORDERS)], ORDERS[-number % len(ORDERS)]

    for before, after in [
        (asked, ""), ("", asked), (asked, one), (one, asked), (f"{asked}\n{one}", other), (f"{one}\n\n{asked}", other),
        (one, f"{asked}\n{other}"), (one, f"{other}\n\n{asked}\n\n{one}"), (f"{one}\n{asked}\n", f"\n{other}\n{one}"),
    ]:  # fmt: skip
        assert asked_in(before, after) == asked, (before, after)


@pytest.mark.parametrize("line", (TASKS / "look_up.txt").read_text("utf-8").splitlines())
def test_a_question_is_told_from_an_order(line: str) -> None:
    orders = ("Answer", "Use the following", "You are")

    assert kind_of(line) == ("order" if line.startswith(orders) else "question")


def test_two_questions_both_count() -> None:
    assert asked_in("", "Who rebuilt it? When was that?") == "Who rebuilt it?\nWhen was that?"
    assert asked_in("Who rebuilt it? And tell me who paid for it.", "Be brief.") == (
        "Who rebuilt it?\nAnd tell me who paid for it."
    )
    assert asked_in("", "Question 1: Who rebuilt it?\nQuestion 2: Who paid for it?\nAnswers:") == (
        "Who rebuilt it?\nWho paid for it?"
    )


def test_the_question_after_the_documents_is_the_question() -> None:
    assert asked_in("What is a bee?", "Answer briefly.\n\nWho rebuilt it?") == "Who rebuilt it?"


@pytest.mark.parametrize(
    "label",
    ["Question:", "Query:", "User question:", "### Question\n", "**Question:**", "Q:", "## User Query:\n",
     "My question:", "<question>", "<user_query>", "Question 1:", "question：", "User's question:",
     "Answer this question:", "Frage:",
     "Frage des Kunden:", "Pregunta:", "Question de l'utilisateur :", "Pergunta:", "Domanda:", "Вопрос:", "问题：",
     "質問：", "السؤال:", "प्रश्न:", "Question:\n\n"],
)  # fmt: skip
def test_what_stands_under_a_label_is_the_question(label: str) -> None:
    asked = "the architect of the hall"

    for before, after in [
        (f"{label} {asked}", "Is that clear? Why not?"),
        ("What is a bee?", f"{label} {asked}\nAnswer:"),
    ]:
        assert asked_in(before, after) == asked


def test_a_question_that_is_answered_is_an_example() -> None:
    example = "Question: What is a bee?\nAnswer: An insect that makes honey.\n\n"

    assert asked_in(example, "Who rebuilt it?") == "Who rebuilt it?"
    assert (
        asked_in(example * 2 + "Question: Who rebuilt it?\nAnswer: Let's think step by step.", "") == "Who rebuilt it?"
    )


def test_what_is_told_beside_a_question_belongs_to_it() -> None:
    assert asked_in("", "You are a clerk. I paid 620 euros twice. Can I get them back?") == (
        "I paid 620 euros twice.\nCan I get them back?"
    )


def test_the_answers_to_choose_from_belong_to_the_question() -> None:
    assert asked_in("", "Who rebuilt it?\nA) Anna Meier\nB) Emil Brand\n") == (
        "Who rebuilt it?\nA) Anna Meier\nB) Emil Brand"
    )


def test_a_task_that_asks_nothing_is_what_it_states_last() -> None:
    assert asked_in("", "You are careful.\n\nTown hall, Anna Meier\n") == "Town hall, Anna Meier"


def test_an_order_that_names_what_is_in_the_documents_is_the_question() -> None:
    assert asked_in("Use the text to date the great fire.", "Be brief.") == "Use the text to date the great fire."


@pytest.mark.parametrize("order", ORDERS)
def test_orders_alone_ask_nothing(order: str) -> None:
    assert asked_in(order, f"\n{order}\n") == ""


def test_documents_alone_ask_nothing() -> None:
    assert find_question([CONTEXT]) == ""
    assert asked_in("\n---\n", "\n") == ""


@pytest.mark.parametrize("order", ORDERS[:5])
def test_a_closing_order_leaves_the_sentence_that_answers(order: str) -> None:
    passages = [
        "The old town hall was built in 1741 and burnt down in 1902. Its bell was saved by two bakers.",
        "Emil Brand was mayor from 1899 to 1910. He was a dentist. His wife wrote a cookery book.",
        "The market takes place on Tuesdays. Fish is sold until noon, in short baskets. Only one sentence is sold.",
    ]
    documents = "\n\n".join(f"Document {number}: {text}" for number, text in enumerate(passages, 1))

    left = compress(f"Who was mayor in 1902?\n\n{documents}\n\n{order}", "focus", keep=0.5).text

    assert "Emil Brand was mayor from 1899 to 1910." in left
    assert "in short baskets" not in left


@pytest.mark.parametrize("sign", ["'-'", "'?'", "' '"])
def test_a_sign_in_marks_of_quotation_is_no_word_to_look_for(sign: str) -> None:
    assert not has_content(f"Answer with {sign} only.")
    assert has_content(f"Answer with {sign} for Graz.")


@pytest.mark.parametrize("order", ["Curb your enthusiasm.", "Ohne Schnickschnack.", "Tuus sermo sit Latinus."])
def test_what_stands_below_the_documents_stays_in_whatever_words(order: str) -> None:
    passages = [
        "[1] The old town hall was built in 1741 and burnt down in 1902. Its bell was saved by two bakers.",
        "[2] Emil Brand was mayor from 1899 to 1910. He was a dentist. His wife wrote a cookery book.",
        "[3] The market takes place on Tuesdays. Fish is sold until noon, in short baskets.",
    ]

    left = compress("\n\n".join(["Who was mayor in 1902?", *passages, order]), "focus", keep=0.5).text

    assert left.endswith(f"\n\n{order}")
    assert "short baskets" not in left


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Rules:", "task"), ("Output format:", "task"), ("Example question:", "task"), ("Context:", "documents"),
        ("## Search results", "documents"), ("Document 3 (Title: Rome):", "documents"), ("Kontext:", "documents"),
        ("Source: notes.md", "metadata"),
        ("Source 2: it was", "documents"), ("**Instructions**", "task"), ("<documents>", "documents"),
    ],
)  # fmt: skip
def test_a_label_tells_what_stands_under_it(line: str, kind: str) -> None:
    label = label_at(line)

    assert label is not None
    assert label.kind == kind


@pytest.mark.parametrize(
    "line", ["He said: go.", "The hall was old.", "- an item", "", "Note that this is so", "12:30"]
)
def test_most_lines_have_no_label(line: str) -> None:
    assert label_at(line) is None
