"""A provider that refuses calls with 429, by whatever pattern, beside a plain client in the same virtual time.

The plain client does as the official openai SDK in sixteen threads: each waits as asked, or for a backoff of half a
second that doubles up to eight with a quarter of jitter, and never gives up.
"""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from bench.refusals import Pattern
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.replies.error_replies import retry_after
from scrimp.values import Completion
from transport.virtual_loop import now, run
from transport.wire import ACME, ClientHarness, FakeHttp, error, ok

_THREADS = 16
_REQUEST = HttpRequest(method="POST", url="https://acme.example/v1", headers={}, body=b"{}")


def provider(pattern: str, seconds: tuple[float, float], *, seed: int) -> FakeHttp:
    """Return a provider that refuses by a pattern and answers the others in between so many seconds."""
    refusing, random, answering = Pattern(pattern), Random(seed), 0

    async def answer(endpoint: Endpoint, request: HttpRequest) -> HttpReply:
        nonlocal answering
        await asyncio.sleep(random.uniform(0.001, 0.003))
        headers = refusing.refusal(now(), answering)
        if headers is not None:
            return error(429, **{name.replace("-", "_"): value for name, value in headers.items()})
        answering += 1
        await asyncio.sleep(0.001 + random.uniform(*seconds))
        answering -= 1
        return ok()

    return FakeHttp(answer)


async def plain(http: FakeHttp, calls: int) -> float:
    """Make so many calls as a plain client does; return the seconds."""
    began, random, left = now(), Random(3), iter(range(calls))

    async def thread() -> None:
        for _ in left:
            tries = 0
            while (reply := await http.send(_REQUEST, ACME, {})).status != 200:
                asked = retry_after(reply.headers, {})
                backoff = min(8.0, 0.5 * 2.0**tries) * (1 - 0.25 * random.random())
                await asyncio.sleep(asked or backoff)
                tries += 1

    await asyncio.gather(*(thread() for _ in range(_THREADS)))
    return now() - began


async def ours(http: FakeHttp, calls: int, width: int) -> float:
    began = now()
    random = Random(3)
    results = await ClientHarness(http, width=width, random_fraction=random.random).ask_all(calls)
    assert sum(isinstance(each, Completion) for each in results) == calls  # none failed
    return now() - began


# Every share and rate once with each thing a refusal may say; whole runs of the program are in tests/bench.
PATTERNS = [
    *(f"random:{share}@{said}" for share, said in ((0.05, "30"), (0.1, "250ms"), (0.2, "0"), (0.3, "1llm"), (0.3, ""))),
    *(f"burst:{times}@{said}" for times, said in (("7:2", ""), ("31:12", "1"), ("4.3:1", "0"), ("7:2", "30"))),
    *(f"bucket:{rate}@{said}" for rate in ("4:1", "20:5", "100:10") for said in ("", "0", "1", "30")),
    *(f"window:100:10@{said}" for said in ("", "0", "1", "true")),
    "window:60:60", "window:60:60@0", "window:60:60@true",
    *(f"slots:{number}@{said}" for number in (1, 4) for said in ("", "0", "1")),
]  # fmt: skip


@pytest.mark.parametrize("seconds", [(0.0, 0.0), (0.05, 0.3)], ids=["at once", "50-300 ms"])
@pytest.mark.parametrize("width", [16, 64])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_pattern_of_refusals_makes_it_twice_as_slow_as_a_plain_client(
    pattern: str, width: int, seconds: tuple[float, float]
) -> None:
    calls = 80 if pattern.startswith(("bucket:4:1", "window:60", "slots:1@")) else 160

    plainly = run(plain(provider(pattern, seconds, seed=1), calls))
    taken = run(ours(provider(pattern, seconds, seed=1), calls, width))

    assert taken <= 2 * plainly + 4.0


def test_some_refused_calls_do_not_hold_up_the_others() -> None:
    plainly = run(plain(provider("random:0.1@30", (0.05, 0.3), seed=1), 2000))
    taken = run(ours(provider("random:0.1@30", (0.05, 0.3), seed=1), 2000, 16))

    assert taken < plainly / 2
