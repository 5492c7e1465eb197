"""Local models in tuning, which calls each of them for many groups of prompts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scrimp.config.paths import paths_of
from scrimp.config.sources.load import load
from scrimp.flows.engine import provider_client
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services
from scrimp.flows.tune.pairs.collected_prompts import GROUP
from scrimp.flows.tune.pairs.pair_collector import PairCollector
from scrimp.transport.local import runtime
from scrimp.values import Prompt


class Said:
    def handle_chat_completions(self, body: dict[str, Any], on_chunk: Callable[[dict[str, Any]], bool]) -> None:
        delta = {"role": "assistant", "content": body["model"]}
        choice = {"index": 0, "delta": delta, "finish_reason": "stop"}
        on_chunk({"model": body["model"], "choices": [choice]})
        on_chunk({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}})


def test_a_local_model_is_loaded_once_for_all_groups_of_prompts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: Counter[str] = Counter()

    def load_model(path: Path, _name: str, _context: int) -> Said:
        loaded[path.name] += 1
        return Said()

    monkeypatch.setattr(runtime, "load_runtime", load_model)
    provider_client._runtime.cache_clear()
    tables = (f'[models."local/{name}"]\npath = "{tmp_path}/{name}.gguf"\n' for name in "ab")
    (tmp_path / "config.toml").write_text("".join(tables), encoding="utf-8")
    paths = paths_of({"SCRIMP_HOME": str(tmp_path)})
    config = load(env={}, cwd=tmp_path, paths=paths, flags={})
    services = Services(config, paths, env={}, warn=pytest.fail, note=lambda _: None)
    collector = PairCollector(RunOptions(cache="off"), services)
    try:
        prompts = (Prompt(index=number, text=f"{number}") for number in range(3 * GROUP))
        stop = collector.collect(prompts, ("local/a", "local/b"))
    finally:
        collector.close()
        services.close()
        provider_client._runtime.cache_clear()

    assert stop is None
    assert collector.completions == 6 * GROUP
    assert loaded == {"a.gguf": 1, "b.gguf": 1}
