"""Score sentences with the embedded model: how much more probable each makes the question that follows it.

The runtime returns the probabilities of the tokens it generates, not of those it reads. So it is made to generate the
text to score: a grammar allows exactly one token at each position, and the probabilities are those before the grammar.
It returns none for a token that is only part of a character (with the shipped model three in four of Chinese, a third
or more of Arabic and Hindi). So such scores are rough, and all zero where no token is a whole character.

This takes seconds of processor time per kilobyte, where BM25 takes a fraction of a millisecond and kept no fewer
answers (tests/bench/scorer.py). Scores differ by tenths of a nat between batch sizes, so other machines may choose
other sentences.
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

# The first tokens of a sentence and the last of a question are used. Together they stay far below the model's context.
SENTENCE_TOKENS, QUESTION_TOKENS = 600, 64
_QUESTION_CUE, _NO_CONTEXT = "\nQuestion:", "\n"
_TIMEOUT_SECONDS = 60.0


class LanguageModel(Protocol):
    """A language model as probabilities of tokens."""

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text."""

    def surprisal(self, tokens: Sequence[int], after: Sequence[int]) -> float:
        """Return -log P(tokens | after), in nats, 0 or more; `tokens` must not be empty."""


def mutual_information(model: LanguageModel) -> Callable[[Sequence[str], str], list[float]]:
    """Return a scorer by the pointwise mutual information of sentence and question, in nats.

    That is log P(question | sentence) / P(question): 0 for labels and line breaks, below 0 for a sentence that makes
    the question less probable. After Jiang et al., LongLLMLingua, 2024, who rank whole documents by the numerator.
    """

    def scorer(units: Sequence[str], query: str) -> list[float]:
        question, cue = model.tokens(" " + query.strip())[-QUESTION_TOKENS:], model.tokens(_QUESTION_CUE)
        unconditional = model.surprisal(question, model.tokens(_NO_CONTEXT) + cue)
        scores = [0.0] * len(units)
        for index, sentence in _sentences(units):
            after = model.tokens(sentence)[:SENTENCE_TOKENS] + cue
            scores[index] = unconditional - model.surprisal(question, after)
        return scores

    return scorer


def _sentences(units: Sequence[str]) -> list[tuple[int, str]]:
    """Return the units that are sentences, stripped, each with its index."""
    candidates = (
        (index, unit.strip()) for index, unit in enumerate(units) if not is_break(unit) and label_rank(unit) is None
    )
    return [(index, sentence) for index, sentence in candidates if sentence]


class Server(Protocol):
    """The part of llama.cpp's server that scoring uses."""

    listening_address: str

    def handle_completions(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 - parsed JSON
        """Complete a prompt of tokens."""


class EmbeddedLanguageModel:
    """The embedded model as a `LanguageModel`; on one machine its results are reproducible to the last bit."""

    def __init__(self, server: Server, transport: httpx.BaseTransport | None = None) -> None:
        self._server = server
        self._partial: set[int] = set()  # tokens seen that are parts of characters
        # The runtime tokenizes only over its socket, which listens on this machine alone.
        self._http = httpx.Client(
            base_url=server.listening_address, transport=transport, trust_env=False, timeout=_TIMEOUT_SECONDS
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text; lone surrogates, which no tokenizer accepts, become U+FFFD."""
        valid = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        try:
            reply = self._http.post("/tokenize", json={"content": valid, "with_pieces": True}).raise_for_status()
            pieces = msgspec.json.decode(reply.content, type=_Tokens).tokens
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            raise LocalModelError(
                f"the embedded model could not tokenize a text ({error}): run `scrimp doctor`"
            ) from error
        self._partial.update(piece.id for piece in pieces if not isinstance(piece.piece, str))
        return [piece.id for piece in pieces]

    def surprisal(self, tokens: Sequence[int], after: Sequence[int]) -> float:
        """Return -log P(tokens | after), in nats, without the tokens that are parts of characters."""
        runs = groupby(range(len(tokens)), key=lambda index: tokens[index] in self._partial)
        whole = [list(indexes) for partial, indexes in runs if not partial]
        return math.fsum(self._generate([tokens[at] for at in run], [*after, *tokens[: run[0]]]) for run in whole)

    def _generate(self, tokens: list[int], after: list[int]) -> float:
        """Have the model generate whole-character tokens; return their surprisal."""
        body = {
            "prompt": after,
            "n_predict": len(tokens),
            "n_probs": 1,
            "temperature": 0,
            "grammar": "root ::= " + " ".join(f"<[{token}]>" for token in tokens),
            "cache_prompt": False,  # cached values come from other batch sizes and differ in the last bits
        }
        try:
            reply = msgspec.convert(self._server.handle_completions(body), _Reply)
        except (RuntimeError, msgspec.ValidationError) as error:
            raise LocalModelError(f"the embedded model failed ({error}): run `scrimp doctor`") from error
        generated = [token for choice in reply.choices for token in choice.logprobs.content][: len(tokens)]
        if [token.id for token in generated] != tokens:
            raise LocalModelError(
                "the embedded model generated other tokens than its grammar allows: run `scrimp doctor`"
            )
        return -math.fsum(token.logprob for token in generated)


class _Piece(msgspec.Struct):
    id: int
    piece: str | list[int]  # a list of bytes where they are not whole characters


class _Tokens(msgspec.Struct):
    tokens: list[_Piece]


class _Token(msgspec.Struct):
    id: int
    logprob: float


class _TokenLogprobs(msgspec.Struct):
    content: list[_Token]


class _Choice(msgspec.Struct):
    logprobs: _TokenLogprobs


class _Reply(msgspec.Struct):
    choices: list[_Choice]


@contextmanager
def open_model(path: Path, name: str) -> Iterator[EmbeddedLanguageModel]:
    """Load the runtime and a model, and close it afterwards. Raises LocalModelError if either is not installed."""
    model = EmbeddedLanguageModel(cast("Server", embedded.load_runtime(path, name)))
    try:
        yield model
    finally:
        model.close()
