from __future__ import annotations

from scrimp.compress.extract.question import find_question
from scrimp.compress.zones.zone import Zone


def told(text: str) -> Zone:
    return Zone("instruction", "prose", text)


CONTEXT = Zone("context", "prose", "Is this a question? Yes, but it is the document's own.")


def test_the_question_after_the_documents_is_the_question() -> None:
    assert (
        find_question([told("What is a bee?"), CONTEXT, told("Answer briefly.\n\nWho rebuilt it?")])
        == "Who rebuilt it?"
    )


def test_a_question_before_the_documents_is_found_where_nothing_is_asked_after_them() -> None:
    assert find_question([told("Who rebuilt it? Use this:"), CONTEXT, told("\n")]) == "Who rebuilt it?"


def test_a_task_that_asks_nothing_is_its_last_paragraph() -> None:
    assert (
        find_question([CONTEXT, told("You are careful.\n\nList what Anna Meier built.\n")])
        == "List what Anna Meier built."
    )


def test_questions_in_other_scripts_are_questions() -> None:
    assert (
        find_question([CONTEXT, told("\u8c01\u91cd\u5efa\u4e86\u5b83\uff1f")]) == "\u8c01\u91cd\u5efa\u4e86\u5b83\uff1f"
    )


def test_documents_alone_ask_nothing() -> None:
    assert find_question([CONTEXT]) == ""
    assert find_question([told("\n---\n"), CONTEXT, told("\n")]) == ""
