from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from scrimp.config.paths import paths_of
from scrimp.config.sources.load import load
from scrimp.flows.engine.wiring import engine_parts
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services


def test_a_part_that_fails_at_its_end_keeps_no_other_from_giving_back_what_it_holds(tmp_path: Path) -> None:
    paths = paths_of({"SCRIMP_HOME": str(tmp_path)})
    paths.config.write_text('[shared]\ncache = "redis://127.0.0.1:1/0"\n', encoding="utf-8")
    config = load(env={}, cwd=tmp_path, paths=paths, flags={})
    services = Services(config, paths, env={}, warn=lambda _: None, note=lambda _: None)

    async def main() -> None:
        async with engine_parts(RunOptions(), services) as parts:
            parts.claims.claim([b"k" * 32])
            assert keepers() == 1
            parts.commits.commit(None, (), (b"k" * 32, cast("Any", SimpleNamespace(output=""))))

    with pytest.raises(AttributeError):  # the bug, which the writer kept
        asyncio.run(main())
    services.close()

    assert keepers() == 0


def keepers() -> int:
    """Return how many threads keep claims."""
    return sum(thread.name == "scrimp-claims" for thread in threading.enumerate())
