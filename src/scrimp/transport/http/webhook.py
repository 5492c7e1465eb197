"""Posting JSON to an address of the user's, through the proxies and with the certificates of all calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from scrimp.errors import ConfigError
from scrimp.providers.endpoint import Endpoint, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.transport.http.client import HttpClient, build_engine
from scrimp.transport.http.proxies import read_proxies

_NO_ANSWER = "it could not be reached, or broke off"


async def post_json(url: str, body: bytes, env: Mapping[str, str], *, name: str, longest: float) -> str | None:
    """Post a body; return why it was not accepted within `longest` seconds, None if it was.

    `name` stands for the address, which may be a secret, in that reason.
    """
    try:
        client = HttpClient(build_engine(env, timeout=longest), read_proxies(env))
    except ConfigError as error:
        return str(error)
    request = HttpRequest(url=url, body=body, headers={"content-type": "application/json"})
    try:
        async with asyncio.timeout(longest):
            reply = await client.send(request, Endpoint(name=name, dialect="openai", base_url=url), {})
    except TimeoutError:
        return f"it did not answer in {longest:g} s"
    except FaultError as fault:  # whose sentence is about a call that may have been billed
        return _NO_ANSWER if fault.failure.kind != "timeout" else f"it did not answer in {longest:g} s"
    finally:
        await client.close()
    return None if 200 <= reply.status < 300 else f"it answered with status {reply.status}"
