from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from llama_server import require_model
from scrimp.compress.extract.focus import focus
from scrimp.compress.extract.sentences import split_sentences
from scrimp.errors import LocalModelError
from scrimp.transport.local.embedded import load
from scrimp.transport.local.scoring import EmbeddedProbabilities, open_model, pertinence, surprise

TEXT = "# Notes\n\nCats sleep all day. The tower is 300 m high.\n\nBread is baked.\n"


class Letters:
    """A model to which each letter is a token, and no surprise where it was read before."""

    def tokens(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    def information(self, tokens: Sequence[int], after: Sequence[int]) -> float:
        return float(sum(token not in after for token in tokens))


def test_a_sentence_that_makes_the_question_likelier_scores_higher() -> None:
    units = split_sentences(TEXT)
    scores = dict(zip(units, pertinence(Letters())(units, "How high?"), strict=True))

    assert max(scores, key=lambda unit: scores[unit]) == "The tower is 300 m high."


def test_a_sentence_like_the_one_before_it_surprises_less() -> None:
    scores = surprise(Letters())(["abc abc.", "\n", "abc abc.", "\n", "xyz xyz."], "")

    assert scores[0] > scores[2] < scores[4]


@pytest.mark.parametrize("scorer", [surprise(Letters()), pertinence(Letters())])
def test_nothing_is_said_of_labels_and_line_breaks(scorer: Callable[[Sequence[str], str], list[float]]) -> None:
    units = split_sentences(TEXT)
    scores = dict(zip(units, scorer(units, "What is zzz?"), strict=True))

    assert scores["# Notes"] == scores["\n\n"] == 0.0
    assert scores["Bread is baked."] != 0.0


class Scripted:
    """A server that writes what its grammar says, each token at the next of some log probabilities."""

    listening_address = "http://127.0.0.1:1"

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.options: list[dict[str, Any]] = []

    def handle_completions(self, body: dict[str, Any]) -> Any:
        self.options.append(body)
        return self.answer


def written(*tokens: tuple[int, float]) -> Any:
    content = [{"id": token, "logprob": logprob} for token, logprob in tokens]
    return {"choices": [{"text": "", "logprobs": {"content": content}}]}


def letters(request: httpx.Request) -> httpx.Response:
    content = json.loads(request.content)["content"]
    pieces = [{"id": ord(letter), "piece": [195] if letter == "é" else letter} for letter in content]
    return httpx.Response(200, json={"tokens": pieces})


def test_information_is_the_sum_over_tokens_and_the_end_of_writing_is_no_part_of_it() -> None:
    server = Scripted(written((7, -0.5), (8, -1.25), (2, -9.0)))

    assert EmbeddedProbabilities(server).information([7, 8], [1]) == 1.75
    assert server.options[0]["prompt"] == [1]
    assert server.options[0]["grammar"] == "root ::= <[7]> <[8]>"


def test_parts_of_characters_are_read_and_not_scored() -> None:
    server = Scripted(written((ord("a"), -0.5)))
    model = EmbeddedProbabilities(server, httpx.MockTransport(letters))

    assert model.information(model.tokens("aéa"), [1]) == 1.0
    assert [options["prompt"] for options in server.options] == [[1], [1, ord("a"), ord("é")]]
    assert model.information(model.tokens("é"), [1]) == 0.0


@pytest.mark.parametrize("answer", [written((7, -0.5), (9, -1.0)), {"error": {"code": 400}}, {"choices": []}])
def test_an_answer_that_is_not_what_was_asked_for_is_an_error(answer: Any) -> None:
    with pytest.raises(LocalModelError, match="scrimp doctor"):
        EmbeddedProbabilities(Scripted(answer)).information([7, 8], [1])


def test_any_text_has_tokens() -> None:
    model = EmbeddedProbabilities(Scripted(None), httpx.MockTransport(letters))

    assert model.tokens("a\ud800\U0001f600") == [ord("a"), 0xFFFD, 0x1F600]


def test_a_server_that_tells_no_tokens_is_an_error() -> None:
    model = EmbeddedProbabilities(Scripted(None), httpx.MockTransport(lambda _: httpx.Response(404)))

    with pytest.raises(LocalModelError, match="404"):
        model.tokens("a")


@pytest.fixture(scope="module")
def model() -> Iterator[EmbeddedProbabilities]:
    with open_model(Path(require_model()), "smollm2") as opened:
        yield opened


@pytest.mark.local_model
def test_the_probability_of_a_text_told_is_that_of_the_text_written(model: EmbeddedProbabilities) -> None:
    runtime: Any = load(Path(require_model()), "smollm2")
    free = runtime.handle_completions({"prompt": "Once upon a", "n_predict": 3, "n_probs": 1, "temperature": 0})
    content = free["choices"][0]["logprobs"]["content"]

    told = model.information([token["id"] for token in content], model.tokens("Once upon a"))

    assert told == pytest.approx(-sum(token["logprob"] for token in content), abs=1e-3)


@pytest.mark.local_model
def test_asked_twice_the_model_answers_the_same(model: EmbeddedProbabilities) -> None:
    once, again = (pertinence(model)(split_sentences(TEXT), "How high is the tower?") for _ in range(2))

    assert once == again
    assert all(math.isfinite(score) for score in once)


@pytest.mark.local_model
def test_the_model_keeps_what_a_question_is_about(model: EmbeddedProbabilities) -> None:
    kept = focus(TEXT, "How high is the tower?", keep=0.5, scorer=pertinence(model))

    assert "The tower is 300 m high." in kept
    assert "Bread" not in kept


@pytest.mark.local_model
@pytest.mark.parametrize("query", ["¿Cuánto mide?", "谁被雇用?", "ما", "\U0001f600"])
def test_the_model_scores_questions_in_any_letters(model: EmbeddedProbabilities, query: str) -> None:
    assert all(math.isfinite(score) for score in pertinence(model)(["Die Brücke. ", "高い塔。"], query))
