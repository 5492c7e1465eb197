"""Sentences scored by the embedded model: how much less a question surprises it after each of them.

The runtime gives the probabilities of what it writes, not of what it reads. So it is made to write what is to be
scored: a grammar that allows one token at each place. The probabilities are those before the grammar. Of a token that
is but a part of a character (to the shipped model three in four of Chinese, a third or more of Arabic and Hindi) it
tells nothing, so there the scores are of little worth, and all zero where no token is a whole one.

It is dear: seconds of processor time a kilobyte, where BM25 takes a fraction of a millisecond and kept no fewer answers
(tests/bench/scorer.py). Scores differ by tenths of a nat between ways to batch, so other machines may choose otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol, cast

import httpx
import msgspec

from scrimp.compress.extract.sentences import is_break, label_rank
from scrimp.errors import LocalModelError
from scrimp.transport.local import embedded

# Sentences are read from their beginning, questions to their end. Together they stay far below the model's context.
SENTENCE_TOKENS, QUESTION_TOKENS = 600, 64
_CUE, _NOTHING = "\nQuestion:", "\n"
_SECONDS = 60.0


class Model(Protocol):
    """What a language model thinks of tokens."""

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text."""

    def information(self, tokens: Sequence[int], after: Sequence[int]) -> float:
        """Return -log P(tokens | after), in nats: 0 or more; of one token or more."""


def surprise(model: Model) -> Callable[[Sequence[str], str], list[float]]:
    """Return a scorer by self-information, whatever the question: nats per token of a sentence after the one before.

    Li et al., Compressing Context to Enhance Inference Efficiency, 2023 (there for phrases).
    """

    def scorer(units: Sequence[str], _query: str) -> list[float]:
        scores, before = [0.0] * len(units), model.tokens(_NOTHING)
        for index, sentence in _sentences(units):
            tokens = model.tokens(sentence)[:SENTENCE_TOKENS]
            scores[index] = model.information(tokens, before) / len(tokens)
            before = tokens + model.tokens(_NOTHING)
        return scores

    return scorer


def pertinence(model: Model) -> Callable[[Sequence[str], str], list[float]]:
    """Return a scorer by what a sentence tells of the question: log P(question | sentence) / P(question), in nats.

    Zero for labels and line breaks, and below zero where the question comes as a greater surprise. After Jiang et al.,
    LongLLMLingua, 2024, which ranks whole documents by the first of the two probabilities.
    """

    def scorer(units: Sequence[str], query: str) -> list[float]:
        question, cue = model.tokens(" " + query.strip())[-QUESTION_TOKENS:], model.tokens(_CUE)
        alone = model.information(question, model.tokens(_NOTHING) + cue)
        scores = [0.0] * len(units)
        for index, sentence in _sentences(units):
            after = model.tokens(sentence)[:SENTENCE_TOKENS] + cue
            scores[index] = alone - model.information(question, after)
        return scores

    return scorer


def _sentences(units: Sequence[str]) -> list[tuple[int, str]]:
    found = (
        (index, unit.strip()) for index, unit in enumerate(units) if not is_break(unit) and label_rank(unit) is None
    )
    return [(index, sentence) for index, sentence in found if sentence]


class Server(Protocol):
    """The part of llama.cpp's server that is used here."""

    listening_address: str

    def handle_completions(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 - parsed JSON
        """Complete a prompt of tokens."""


class EmbeddedProbabilities:
    """The embedded model as a `Model`; equal questions have equal answers, to the last bit, on one machine."""

    def __init__(self, server: Server, transport: httpx.BaseTransport | None = None) -> None:
        self._server = server
        self._parts: set[int] = set()  # tokens met that are parts of characters
        # Only the server's socket tells tokens; it listens on this machine alone.
        self._http = httpx.Client(
            base_url=server.listening_address, transport=transport, trust_env=False, timeout=_SECONDS
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text; lone surrogates, which the model has never seen, are read as U+FFFD."""
        sound = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        try:
            answer = self._http.post("/tokenize", json={"content": sound, "with_pieces": True}).raise_for_status()
            pieces = msgspec.json.decode(answer.content, type=_Tokens).tokens
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            raise LocalModelError(f"the embedded model told no tokens ({error}): run `scrimp doctor`") from error
        self._parts.update(piece.id for piece in pieces if not isinstance(piece.piece, str))
        return [piece.id for piece in pieces]

    def information(self, tokens: Sequence[int], after: Sequence[int]) -> float:
        """Return -log P(tokens | after), in nats, less what parts of characters add; a pass through the model each."""
        runs = groupby(range(len(tokens)), key=lambda place: tokens[place] in self._parts)
        whole = [list(places) for is_part, places in runs if not is_part]
        return math.fsum(self._run([tokens[at] for at in run], [*after, *tokens[: run[0]]]) for run in whole)

    def _run(self, tokens: list[int], after: list[int]) -> float:
        body = {
            "prompt": after,
            "n_predict": len(tokens),
            "n_probs": 1,
            "temperature": 0,
            "grammar": "root ::= " + " ".join(f"<[{token}]>" for token in tokens),
            "cache_prompt": False,  # what is cached was computed in other batches, and differs in the last bits
        }
        try:
            answer = msgspec.convert(self._server.handle_completions(body), _Answer)
        except (RuntimeError, msgspec.ValidationError) as error:
            raise LocalModelError(f"the embedded model failed ({error}): run `scrimp doctor`") from error
        written = [token for choice in answer.choices for token in choice.logprobs.content][: len(tokens)]
        if [token.id for token in written] != tokens:
            raise LocalModelError("the embedded model wrote other tokens than it was told: run `scrimp doctor`")
        return -math.fsum(token.logprob for token in written)


class _Piece(msgspec.Struct):
    id: int
    piece: str | list[int]  # bytes where they are no whole characters


class _Tokens(msgspec.Struct):
    tokens: list[_Piece]


class _Token(msgspec.Struct):
    id: int
    logprob: float


class _Written(msgspec.Struct):
    content: list[_Token]


class _Choice(msgspec.Struct):
    logprobs: _Written


class _Answer(msgspec.Struct):
    choices: list[_Choice]


@contextmanager
def open_model(path: Path, name: str) -> Iterator[EmbeddedProbabilities]:
    """Load the runtime and a model for as long as it is needed; raises LocalModelError where one is not there."""
    model = EmbeddedProbabilities(cast("Server", embedded.load(path, name)))
    try:
        yield model
    finally:
        model.close()
