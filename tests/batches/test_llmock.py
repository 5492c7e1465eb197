"""Batches of whole commands at llmock, which others wrote: every row is answered, and its own journal saw no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from command import Scrimp
from foreign_servers import installed, serving, takes_time

pytestmark = [pytest.mark.foreign, takes_time]

# Its batches take three seconds, and no option makes them shorter.
QUICKLY = "from llmock.routers import batch; from llmock.cli import app; batch._BATCH_DELAY = 0.2; app()"
MODELS = {  # of the providers whose batches it has as their documentation describes them, and where
    "openai/gpt-4o-mini": "/v1", "groq/llama-3.3-70b-versatile": "/groq/openai/v1",
    "mistral/mistral-small-2603": "/mistral/v1", "anthropic/claude-haiku-4-5": "/anthropic",
}  # fmt: skip
ROWS = 200


@pytest.fixture(scope="module")
def llmock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    python = installed("llmock") / "python"
    words = [python, "-c", QUICKLY, "serve", "-p", "{port}", "--response-style", "varied", "--log-level", "warning"]
    log = tmp_path_factory.mktemp("llmock") / "log"
    with serving(words, health="/health", log=log) as port, httpx.Client(trust_env=False) as client:
        client.base_url = httpx.URL(f"http://127.0.0.1:{port}")
        yield client


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest, scrimp: Scrimp, llmock: httpx.Client) -> str:
    """A model whose provider is llmock, which has forgotten all it saw."""
    llmock.post("/_llmock/reset")
    name = request.param.partition("/")[0]
    scrimp.env["MOCK_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(
        f'[providers.{name}]\nbase_url = "{str(llmock.base_url).rstrip("/")}{MODELS[request.param]}"\n'
        f'key_env = "MOCK_KEY"\n[models."{request.param}"]\nprice = {{ input = 0.3, output = 2.5 }}\n'
        '[batch]\npoll = "0.05s"\n'
    )
    scrimp.file("rows.txt", "".join(f"row {n} of a list: {'word ' * (n % 23)}\n" for n in range(ROWS)))
    return str(request.param)


def creations(llmock: httpx.Client) -> list[int]:
    """Return the statuses of the requests that create batches; nothing may have been asked for live."""
    asked: list[dict[str, Any]] = llmock.get("/_llmock/requests").json()["requests"]
    posts = [(request["path"], request["status"]) for request in asked if request["method"] == "POST"]
    assert not [path for path, _ in posts if path.endswith(("/chat/completions", "/messages"))]
    return [status for path, status in posts if path.endswith(("/batches", "/batch/jobs"))]


def test_every_row_is_answered_by_one_batch_and_paid_once(scrimp: Scrimp, llmock: httpx.Client, model: str) -> None:
    ran = scrimp("run", "rows.txt", "--model", model, "--batch")
    assert ran.status == 0, ran.err
    assert [(row["index"], row["status"], row["cache"]) for row in ran.rows] == [(n, "ok", "miss") for n in range(ROWS)]
    assert creations(llmock) == [200]
    assert scrimp.paid_calls()[0] == ROWS

    again = scrimp("run", "rows.txt", "--model", model)
    assert Counter(row["cache"] for row in again.rows) == {"hit": ROWS}
    assert [row["output"] for row in again.rows] == [row["output"] for row in ran.rows]
    assert creations(llmock) == [200]


def test_requests_that_fail_at_first_make_no_second_batch(scrimp: Scrimp, llmock: httpx.Client, model: str) -> None:
    faults = {"*/files": 503, "*/batches": 503, "*/batch/jobs": 503, "*/batches/*": 500, "*/content": 500}
    for path, status in faults.items():
        behavior = {"type": "fail", "status": status, "match": {"path": path}, "retry_after": 0}
        assert llmock.post("/_llmock/scenario", json={"behaviors": [behavior]}).status_code == 201
    ran = scrimp("run", "rows.txt", "--model", model, "--batch", "--retries", "3")

    assert ran.status == 0, ran.err
    assert {row["status"] for row in ran.rows} == {"ok"}
    assert [status for status in creations(llmock) if status == 200] == [200]
