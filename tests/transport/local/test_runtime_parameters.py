"""How the embedded model's runtime is set up."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from scrimp.transport.local.embedded import load_runtime


def test_the_runtime_keeps_no_states_of_former_prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself the server keeps up to 8 GB of them for each model."""
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    params = SimpleNamespace(
        model=SimpleNamespace(), cpuparams=SimpleNamespace(), cpuparams_batch=SimpleNamespace(),
        sampling=SimpleNamespace(), cache_ram_mib=8192,
    )  # fmt: skip
    runtime = SimpleNamespace(CommonParams=lambda: params, Server=lambda given: given)
    monkeypatch.setitem(sys.modules, "xllamacpp", runtime)  # type: ignore[arg-type]

    assert load_runtime(model, "local/a") is params
    assert params.cache_ram_mib == 0
