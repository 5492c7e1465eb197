from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from command import Scrimp
from fake_provider import FakeProvider, fake_provider
from fork_server import ForkServer

settings.register_profile("scrimp", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("scrimp")


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture
def scrimp(tmp_path: Path, forks: ForkServer) -> Scrimp:
    return Scrimp(tmp_path, forks)


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider() as running:
        yield running
