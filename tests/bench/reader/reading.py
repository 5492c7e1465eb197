"""What a reader is asked, and what is taken of its reply.

The prompt shows one answered question first: told in words alone, a model of this size answers in whole sentences.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

_EXAMPLE = """\
Read the text and answer the question with as few words of the text as possible.

Text:
The bridge over the river was opened by the mayor in 1894.

Question: Who opened the bridge?
Answer: the mayor

"""
_UNREAD = """\
Answer the question with as few words as possible.

Question: Who wrote Hamlet?
Answer: Shakespeare

"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A completion, and how likely the model finds the right answer: the mean chance of its tokens, 0 to 1."""

    completion: str
    likelihood: float


class Reader(Protocol):
    """A model that reads."""

    def __call__(self, prompt: str, answer: str) -> Reading:
        """Return what the model says to a prompt, and how likely it finds that answer."""


# The tokens that may come next after a prompt, as bytes, with the logarithm of each one's chance.
Next = Callable[[str], Sequence[tuple[bytes, float]]]


def prompt_of(context: str, question: str) -> str:
    """Return what the reader is asked; without a context it is asked for what it knows."""
    read = f"{_EXAMPLE}Text:\n{context}\n\n" if context else _UNREAD
    return f"{read}Question: {question}\nAnswer:"


def first_line(text: str) -> str:
    """Return the first line that says something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def likelihood(prompt: str, answer: str, following: Next) -> float:
    """Return the geometric mean of the chances of an answer's tokens, one after the other.

    Where no likely token goes on with the answer, the least likely one seen stands for it and for all after it. A
    letter that a token cuts in two, or of which nothing is told, ends it: what was said before counts.
    """
    said, left, logs = "", f" {answer}".encode(), []
    while left:
        candidates = following(prompt + said)
        if not candidates:
            break
        fitting = [(token, log) for token, log in candidates if token and left.startswith(token)]
        if not fitting:
            logs.append(min(log for _, log in candidates))
            break
        token, log = max(fitting, key=lambda each: len(each[0]))
        logs.append(log)
        try:
            said += token.decode()
        except UnicodeDecodeError:  # it cannot be asked what follows half a letter
            break
        left = left.removeprefix(token)
    return math.exp(sum(logs) / len(logs)) if logs else 0.0
