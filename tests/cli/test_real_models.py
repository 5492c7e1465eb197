from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import Scrimp
from llama_server import llama_server, require_model

DATA = Path(__file__).parent.parent / "data"
pytestmark = [pytest.mark.local_model, pytest.mark.timeout(600)]


@pytest.fixture
def embedded(scrimp: Scrimp) -> Scrimp:
    scrimp.config(f'[models."local/smollm2"]\npath = "{require_model()}"\n')
    return scrimp


def label(scrimp: Scrimp, *words: str) -> list[dict[str, object]]:
    return scrimp(
        "run",
        str(DATA / "reviews.jsonl"),
        "-t",
        f"@{DATA / 'sentiment.prompt'}",
        "--choices",
        "positive,negative",
        *words,
        timeout=280,
    ).rows


def test_the_embedded_model_labels_the_reviews_well_and_twice_the_same(embedded: Scrimp) -> None:
    rows, again = label(embedded), label(embedded, "--cache", "refresh")
    right = sum(row["output"] == row["input"]["label"] for row in rows)  # type: ignore[index]

    assert right >= 32, f"{right} of 40"
    assert all(0 < row["confidence"] <= 1 for row in rows)  # type: ignore[operator]
    assert [row["output"] for row in rows] == [row["output"] for row in again]


def test_it_streams_what_it_also_answers_whole(embedded: Scrimp) -> None:
    streamed = embedded("ask", "Name one colour.", "--max-output", "12", "--cache", "off")
    whole = embedded("run", "-", "--max-output", "12", "--out", "json", "--cache", "off", stdin="Name one colour.\n")

    assert streamed.out.strip() == json.loads(whole.out)[0]["output"].strip()


def test_a_prompt_longer_than_its_context_is_said_to_be_too_long(embedded: Scrimp) -> None:
    ran = embedded("run", "-", stdin="word " * 20_000 + "\n")

    assert ran.rows[0]["error"]["kind"] == "too_long"


@pytest.mark.parametrize(("dialect", "path"), [("openai", "/v1"), ("anthropic", "")])
def test_a_server_written_by_others_is_understood_in_both_dialects(scrimp: Scrimp, dialect: str, path: str) -> None:
    model = require_model()
    with llama_server(model) as address:
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        scrimp.config(
            f'[providers.llama]\ndialect = "{dialect}"\nbase_url = "{address}{path}"\nkey_env = "FAKE_KEY"\n'
            '[tiers]\nsimple = ["llama/smollm2"]\n'
        )
        ran = scrimp("run", "-", "--tier", "simple", "--max-output", "16", stdin="Name one colour.\nName one fruit.\n")
        streamed = scrimp("ask", "Name one animal.", "--tier", "simple", "--max-output", "16")

    assert ran.rows, ran.err
    assert {row["status"] for row in ran.rows} <= {"ok", "truncated"}
    assert all(row["output"] and row["usage"]["input"] > 5 and row["usage"]["output"] > 0 for row in ran.rows)
    assert streamed.out.strip()
