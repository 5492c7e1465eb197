"""A run that begins while another one finds its provider failing: whole processes against one Redis."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Any

from command import Scrimp, wait_until
from fake_provider import Reply, completion, error, fake_provider
from redis_server import redis_server


def test_a_run_hears_from_another_that_its_model_fails_and_again_that_it_answers(tmp_path: Path) -> None:
    seen: set[str] = set()
    mended = threading.Event()

    def answer(body: dict[str, Any]) -> Reply:
        """Answer until both runs have called, and fail then until the provider is mended."""
        prompt = body["messages"][-1]["content"]
        seen.add(prompt.split()[0])
        return error(503) if len(seen) == 2 and not mended.is_set() else completion(prompt)

    with redis_server() as redis, fake_provider(answer) as provider:
        runs: list[subprocess.Popen[bytes]] = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            scrimp = Scrimp(tmp_path / name)
            scrimp.provider(provider.url, more=f'[shared]\nlimits = "{redis.url}"\ntimeout = 30\n')
            path = scrimp.file("rows.lines", "\n".join(f"{name} {row}" for row in range(200)))
            words = ["run", str(path), "--format", "lines", "--cache", "off", "-j", "2", "--retries", "9"]
            runs.append(scrimp.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        wait_until(lambda: any(redis.client.scan_iter("scrimp:breaker:*")))
        mended.set()
        ended = [(run.communicate(timeout=120)[1].decode(), run.returncode) for run in runs]
        assert [status for _, status in ended] == [0, 0], ended
        assert not list(redis.client.scan_iter("scrimp:breaker:*"))
