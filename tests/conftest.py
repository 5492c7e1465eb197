from __future__ import annotations

import atexit
import gc
import os
import signal
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bytecode import compile_tests
from command import Scrimp
from fake_provider import FakeProvider, fake_provider
from fork_server import ForkServer

# A shell starts what runs in the background with SIGINT ignored, nohup starts it with SIGHUP ignored, and every program
# started from there inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Nothing that a test calls by accident finds the home and the settings of whoever runs it. What it starts has a home of
# its own besides (see command.Scrimp); where HOME says nothing, a fork has an account of its own.
_HOME = tempfile.TemporaryDirectory(prefix="scrimp-tests-")
_OF_TESTS = {"SCRIMP_EXAMPLES", "SCRIMP_FOREIGN_SERVERS", "SCRIMP_OPENAPI", "SCRIMP_TEST_LONG", "SCRIMP_TEST_MODEL"}
for _name in [each for each in os.environ if each.startswith(("SCRIMP_", "XDG_")) and each not in _OF_TESTS]:
    del os.environ[_name]
os.environ["HOME"] = _HOME.name
if any(each.lower().endswith("_proxy") for each in os.environ):  # servers of tests are here, not behind a proxy
    for _name in ("no_proxy", "NO_PROXY"):
        os.environ[_name] = ",".join(filter(None, (os.environ.get(_name), "127.0.0.1", "localhost")))
atexit.register(_HOME.cleanup)

# The suite tries the same examples everywhere, so that a failure belongs to the change that is tested. Of 22 faults,
# put in by chance, that a hundred found, the first dozen found 21. New examples are looked for on purpose:
# pytest --hypothesis-profile explore
settings.register_profile(
    "scrimp",
    max_examples=50,
    deadline=None,
    derandomize=True,
    # That examples take long to make is told of the machine: a process that was stopped meanwhile would fail its test.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("scrimp"), derandomize=False, max_examples=1000)
settings.load_profile("scrimp")


def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as processors: a third of the time is waiting for processes, disks and clocks.

    Each takes up to a gigabyte by the end: a machine of many processors may have too little memory for so many.
    """
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 30
    return max(1, min((os.cpu_count() or 1) * 3 // 2, gigabytes))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Come before workers start."""
    config = session.config
    whole = config.args == config.getini("testpaths") and not config.option.collectonly
    if whole and config.option.dist != "no" and not hasattr(config, "workerinput"):
        compile_tests(Path(__file__).parent)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Never look through what is made here: all of it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


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
