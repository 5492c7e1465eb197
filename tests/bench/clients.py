"""The clients that scrimp is measured beside, each used as its own documentation shows it.

`python -m bench.clients NAME --url URL --calls N --workers N` makes the calls and prints one JSON object: how many were
answered, how many failed and why, and the seconds from the first call to the last. Import and start are not counted.
"""
# A client's library is imported where that client is the one measured, and nowhere else

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from bench.server import allow_many_files

Call = Callable[[str], Awaitable[str]]

_KEY = "sk-fake-0123456789abcdef"
_HEADERS = {"authorization": f"Bearer {_KEY}"}
_SECONDS = 60.0  # the patience scrimp has by default is longer still; httpx alone would give up after 5


def _body(text: str) -> dict[str, Any]:
    return {"model": "test-model", "messages": [{"role": "user", "content": text}]}


def _text(reply: Any) -> str:
    text: str = reply["choices"][0]["message"]["content"]
    return text


@asynccontextmanager
async def openai(url: str, workers: int, *, retries: int = 0) -> AsyncIterator[Call]:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=url, api_key=_KEY, max_retries=retries, timeout=_SECONDS) as client:

        async def call(text: str) -> str:
            reply = await client.chat.completions.create(
                model="test-model", messages=[{"role": "user", "content": text}]
            )
            return reply.choices[0].message.content or ""

        yield call


def openai_patient(url: str, workers: int) -> AbstractAsyncContextManager[Call]:
    """Return the same client with its own backoff, which never gives up."""
    return openai(url, workers, retries=1000)


@asynccontextmanager
async def litellm(url: str, workers: int) -> AsyncIterator[Call]:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or its import would fetch a price table from the network
    import litellm as library

    library.telemetry = False
    library.suppress_debug_info = True

    async def call(text: str) -> str:
        reply = await library.acompletion(
            model="openai/test-model",
            api_base=url,
            api_key=_KEY,
            messages=[{"role": "user", "content": text}],
            timeout=_SECONDS,
            max_retries=0,
        )
        answer: str = reply.choices[0].message.content
        return answer

    yield call


@asynccontextmanager
async def httpx(url: str, workers: int) -> AsyncIterator[Call]:
    import httpx as library

    # Without this no more than a hundred calls would be in flight.
    limits = library.Limits(max_connections=workers, max_keepalive_connections=workers)
    async with library.AsyncClient(limits=limits, timeout=_SECONDS, headers=_HEADERS) as client:

        async def call(text: str) -> str:
            reply = await client.post(f"{url}/chat/completions", json=_body(text))
            return _text(reply.raise_for_status().json())

        yield call


@asynccontextmanager
async def aiohttp(url: str, workers: int) -> AsyncIterator[Call]:
    import aiohttp as library

    connector = library.TCPConnector(limit=workers)
    patience = library.ClientTimeout(total=_SECONDS)
    async with library.ClientSession(connector=connector, timeout=patience, headers=_HEADERS) as client:

        async def call(text: str) -> str:
            async with client.post(f"{url}/chat/completions", json=_body(text)) as reply:
                reply.raise_for_status()
                return _text(await reply.json())

        yield call


@asynccontextmanager
async def pyreqwest(url: str, workers: int) -> AsyncIterator[Call]:
    from datetime import timedelta

    from pyreqwest.client import ClientBuilder

    builder = ClientBuilder().timeout(timedelta(seconds=_SECONDS)).error_for_status(enable=True)
    async with builder.build() as client:

        async def call(text: str) -> str:
            request = client.post(f"{url}/chat/completions").headers(_HEADERS).body_json(_body(text)).build()
            return _text(await (await request.send()).json())

        yield call


CLIENTS: dict[str, Callable[[str, int], AbstractAsyncContextManager[Call]]] = {
    "openai": openai, "openai_patient": openai_patient, "litellm": litellm, "httpx": httpx, "aiohttp": aiohttp,
    "pyreqwest": pyreqwest,
}  # fmt: skip


async def measure(name: str, *, url: str, calls: int, workers: int) -> dict[str, Any]:
    """Make the calls; one that fails is not repeated."""
    counts: Counter[str] = Counter()
    prompts = iter(range(calls))

    async with CLIENTS[name](url, workers) as call:

        async def work() -> None:
            for index in prompts:
                try:
                    await call(f"Is the review in ticket {index} positive or negative? Answer with one word.")
                except Exception as error:  # noqa: BLE001 - whatever it is, it is what the client does here
                    counts[type(error).__name__] += 1
                else:
                    counts["answered"] += 1

        await call("once, so that what is made at first use is there")
        begun = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(workers)))
        seconds = time.perf_counter() - begun
    return {"answered": counts.pop("answered", 0), "failures": dict(counts), "seconds": seconds}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=CLIENTS)
    parser.add_argument("--url", required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    given = parser.parse_args()
    allow_many_files()
    made = measure(given.name, url=given.url, calls=given.calls, workers=given.workers)
    print(json.dumps(asyncio.run(made)), flush=True)
    os._exit(0)  # pyreqwest's threads bring the interpreter down, one time in ten, when it ends while they still run
