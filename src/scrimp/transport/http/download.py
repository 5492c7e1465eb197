"""Getting one file from an address that the user typed, through the proxies and with the certificates of all calls."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from scrimp.errors import ConfigError
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.transport.http.client import HttpClient, build_engine
from scrimp.transport.http.proxies import read_proxies

_SECONDS = 60.0  # the longest wait for data


async def download(url: str, env: Mapping[str, str]) -> HttpReply:
    """Return the reply, whatever its status; ConfigError if there is none."""
    client = HttpClient(build_engine(env, timeout=_SECONDS), read_proxies(env))
    host = Endpoint(name=urlsplit(url).hostname or "the address", dialect="openai", base_url=url)
    try:
        return await client.send(HttpRequest(url=url, body=b"", method="GET"), host, {})
    except FaultError as error:
        raise ConfigError(error.failure.message.replace("base_url", "the address")) from error
    finally:
        await client.close()
