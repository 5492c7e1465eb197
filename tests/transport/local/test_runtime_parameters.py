"""How the embedded model's runtime is set up."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from scrimp.transport.local.runtime import load_runtime


class LlamaServer:
    """A server whose loop begins some time after it is made, and which never ends when it is dropped before."""

    def __init__(self, params: SimpleNamespace) -> None:
        self.params, self.loop_began = params, False

    def handle_metrics(self) -> str:
        assert self.params.endpoint_metrics  # else it replies with an error, without its loop
        self.loop_began = True
        return ""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LlamaServer:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    params = SimpleNamespace(
        model=SimpleNamespace(), cpuparams=SimpleNamespace(), cpuparams_batch=SimpleNamespace(),
        sampling=SimpleNamespace(), cache_ram_mib=8192, endpoint_metrics=False,
    )  # fmt: skip
    runtime = SimpleNamespace(CommonParams=lambda: params, Server=LlamaServer)
    monkeypatch.setitem(sys.modules, "xllamacpp", runtime)  # type: ignore[arg-type]
    loaded = load_runtime(model, "local/a")
    assert isinstance(loaded, LlamaServer)
    return loaded


def test_the_runtime_keeps_no_states_of_former_prompts(server: LlamaServer) -> None:
    """By itself the server keeps up to 8 GB of them for each model."""
    assert server.params.cache_ram_mib == 0


def test_a_runtime_is_given_out_once_it_may_be_dropped_again(server: LlamaServer) -> None:
    assert server.loop_began
