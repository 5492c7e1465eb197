"""llama.cpp's own HTTP server, written by others, with the embedded model: prints its address, waits to be ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

MODEL = os.environ.get("SCRIMP_TEST_MODEL", "")


def require_model() -> str:
    """Return the path of the embedded model, or skip the test with a reason."""
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    if not os.path.isfile(MODEL):
        pytest.skip("SCRIMP_TEST_MODEL names no model file")
    return MODEL


SERVE = """
import os, sys, time
os.environ["OMP_WAIT_POLICY"] = "passive"
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx, params.n_parallel, params.verbosity, params.warmup = 4096, 1, -1, False
params.cpuparams.n_threads, params.cpuparams_batch.n_threads = 1, 2
params.sampling.temp = 0.0
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
os._exit(0)
"""


@contextmanager
def llama_server(model: str) -> Iterator[str]:
    """Run the server for the length of a test; yield its address."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, model],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    assert server.stdin is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.stdin.close()
        server.wait(timeout=30)
        server.stdout.close()
