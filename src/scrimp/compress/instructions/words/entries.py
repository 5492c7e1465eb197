"""What is known of a language: phrases between commas, without case and accents; a star stands for any ending."""

from __future__ import annotations

from typing import NamedTuple


class InstructionWords(NamedTuple):
    """The words of one language.

    `question`, `documents` and `task` label a part of a prompt; `documents` has singular and plural. `polite` may come
    before an order. `orders` are how a sentence begins that tells how to answer or who to be; `lookups`, how one begins
    that asks without a question mark; `asking`, the words that ask. `about_answers` are the words of sentences that
    speak of nothing but the answer and what to take it from, and `small` the words that carry no content.
    """

    question: str
    documents: str
    task: str
    polite: str
    orders: str
    lookups: str
    asking: str
    about_answers: str
    small: str
