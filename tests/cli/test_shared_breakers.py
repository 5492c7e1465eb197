"""A run that begins while another one finds its provider failing: whole processes against one Redis."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from command import Scrimp, wait_until
from fake_provider import Reply, completion, error, fake_provider
from redis_server import redis_server


def test_a_run_hears_from_another_that_its_model_fails_and_again_that_it_answers(tmp_path: Path) -> None:
    state = {"down": False}

    def answer(body: dict[str, Any]) -> Reply:
        return error(503) if state["down"] else completion(body["messages"][-1]["content"])

    with redis_server() as redis, fake_provider(answer) as provider:
        runs: list[subprocess.Popen[bytes]] = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            scrimp = Scrimp(tmp_path / name)
            scrimp.provider(provider.url, more=f'[shared]\nlimits = "{redis.url}"\n')
            path = scrimp.file("rows.lines", "\n".join(f"{name} {row}" for row in range(200)))
            words = ["run", str(path), "--format", "lines", "--cache", "off", "-j", "2", "--retries", "9"]
            runs.append(scrimp.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        wait_until(lambda: {prompt.split()[0] for prompt in provider.prompts} == {"first", "second"})
        state["down"] = True
        wait_until(lambda: any(redis.client.scan_iter("scrimp:breaker:*")))
        state["down"] = False
        ended = [(run.communicate(timeout=120)[1].decode(), run.returncode) for run in runs]
        assert [status for _, status in ended] == [0, 0], ended
        assert not list(redis.client.scan_iter("scrimp:breaker:*"))
