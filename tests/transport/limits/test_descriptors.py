"""Open files: sockets never take those that the stores need."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from scrimp.transport.limits.descriptors import RESERVED, calls_that_fit, raised_limit


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(
    ("wanted", "limit", "fitting"),
    [(1000, None, 1000), (1000, 4096, 1000), (1000, 1024, 1024 - RESERVED), (4, 1024, 4), (1000, RESERVED, 1),
     (9, 10, 1)],
)  # fmt: skip
def test_calls_have_what_the_stores_leave(wanted: int, limit: int | None, fitting: int) -> None:
    assert calls_that_fit(wanted, limit) == fitting


def test_the_limit_is_raised_as_far_as_it_is_needed_and_allowed(limits: tuple[int, int]) -> None:
    hard = limits[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))

    assert raised_limit(100) == 256
    assert raised_limit(300) == 300 + RESERVED == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert hard == resource.RLIM_INFINITY or raised_limit(10 * hard) == hard
    assert raised_limit(1) == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
