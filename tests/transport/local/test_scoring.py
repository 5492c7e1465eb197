from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from compress.extract.focusing import focus
from llama_server import require_model
from scrimp.compress.extract.sentences import split_sentences
from scrimp.errors import LocalModelError
from scrimp.transport.local.embedded import load_runtime
from scrimp.transport.local.scoring import EmbeddedLanguageModel, mutual_information, open_model

TEXT = "# Notes\n\nCats sleep all day. The tower is 300 m high.\n\nBread is baked.\n"


class Letters:
    """A model to which each letter is a token: certain if it was read before, else of probability 1/e."""

    def tokens(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    def surprisal(self, tokens: Sequence[int], after: Sequence[int]) -> float:
        return float(sum(token not in after for token in tokens))


def test_a_sentence_that_makes_the_question_likelier_scores_higher() -> None:
    units = split_sentences(TEXT)
    scores = dict(zip(units, mutual_information(Letters())(units, "How high?"), strict=True))

    assert max(scores, key=lambda unit: scores[unit]) == "The tower is 300 m high."


def test_labels_and_line_breaks_score_zero() -> None:
    units = split_sentences(TEXT)
    scores = dict(zip(units, mutual_information(Letters())(units, "What is zzz?"), strict=True))

    assert scores["# Notes"] == scores["\n\n"] == 0.0
    assert scores["Bread is baked."] != 0.0


class Scripted:
    """A server that returns a prepared reply and keeps the requests."""

    listening_address = "http://127.0.0.1:1"

    def __init__(self, reply: Any) -> None:
        self.reply = reply
        self.requests: list[dict[str, Any]] = []

    def handle_completions(self, body: dict[str, Any]) -> Any:
        self.requests.append(body)
        return self.reply


def generated(*tokens: tuple[int, float]) -> Any:
    content = [{"id": token, "logprob": logprob} for token, logprob in tokens]
    return {"choices": [{"text": "", "logprobs": {"content": content}}]}


def tokenize(request: httpx.Request) -> httpx.Response:
    content = json.loads(request.content)["content"]
    pieces = [{"id": ord(letter), "piece": [195] if letter == "é" else letter} for letter in content]
    return httpx.Response(200, json={"tokens": pieces})


def test_surprisal_is_the_sum_over_the_tokens_without_the_end_token() -> None:
    server = Scripted(generated((7, -0.5), (8, -1.25), (2, -9.0)))

    assert EmbeddedLanguageModel(server).surprisal([7, 8], [1]) == 1.75
    assert server.requests[0]["prompt"] == [1]
    assert server.requests[0]["grammar"] == "root ::= <[7]> <[8]>"


def test_tokens_that_are_parts_of_characters_are_read_but_not_scored() -> None:
    server = Scripted(generated((ord("a"), -0.5)))
    model = EmbeddedLanguageModel(server, httpx.MockTransport(tokenize))

    assert model.surprisal(model.tokens("aéa"), [1]) == 1.0
    assert [request["prompt"] for request in server.requests] == [[1], [1, ord("a"), ord("é")]]
    assert model.surprisal(model.tokens("é"), [1]) == 0.0


@pytest.mark.parametrize("reply", [generated((7, -0.5), (9, -1.0)), {"error": {"code": 400}}, {"choices": []}])
def test_a_reply_with_other_tokens_is_an_error(reply: Any) -> None:
    with pytest.raises(LocalModelError, match="scrimp doctor"):
        EmbeddedLanguageModel(Scripted(reply)).surprisal([7, 8], [1])


def test_any_text_can_be_tokenized() -> None:
    model = EmbeddedLanguageModel(Scripted(None), httpx.MockTransport(tokenize))

    assert model.tokens("a\ud800\U0001f600") == [ord("a"), 0xFFFD, 0x1F600]


def test_a_server_that_does_not_tokenize_is_an_error() -> None:
    model = EmbeddedLanguageModel(Scripted(None), httpx.MockTransport(lambda _: httpx.Response(404)))

    with pytest.raises(LocalModelError, match="404"):
        model.tokens("a")


@pytest.fixture(scope="module")
def model() -> Iterator[EmbeddedLanguageModel]:
    with open_model(Path(require_model()), "smollm2") as opened:
        yield opened


@pytest.mark.local_model
def test_a_given_text_has_the_probability_of_the_same_text_generated_freely(model: EmbeddedLanguageModel) -> None:
    runtime: Any = load_runtime(Path(require_model()), "smollm2")
    free = runtime.handle_completions({"prompt": "Once upon a", "n_predict": 3, "n_probs": 1, "temperature": 0})
    content = free["choices"][0]["logprobs"]["content"]

    given = model.surprisal([token["id"] for token in content], model.tokens("Once upon a"))

    assert given == pytest.approx(-sum(token["logprob"] for token in content), abs=1e-3)


@pytest.mark.local_model
def test_the_same_text_scores_the_same_twice(model: EmbeddedLanguageModel) -> None:
    once, again = (mutual_information(model)(split_sentences(TEXT), "How high is the tower?") for _ in range(2))

    assert once == again
    assert all(math.isfinite(score) for score in once)


@pytest.mark.local_model
def test_focus_with_the_model_keeps_what_the_question_is_about(model: EmbeddedLanguageModel) -> None:
    kept = focus(TEXT, "How high is the tower?", keep=0.5, scorer=mutual_information(model))

    assert "The tower is 300 m high." in kept
    assert "Bread" not in kept


@pytest.mark.local_model
@pytest.mark.parametrize("query", ["¿Cuánto mide?", "谁被雇用?", "ما", "\U0001f600"])
def test_questions_in_any_script_are_scored(model: EmbeddedLanguageModel, query: str) -> None:
    assert all(math.isfinite(score) for score in mutual_information(model)(["Die Brücke. ", "高い塔。"], query))
