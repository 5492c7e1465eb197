"""A provider's address and conventions, and the HTTP request and reply exchanged with it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from scrimp.enums import Dialect, Transport


class Endpoint(Struct, frozen=True, kw_only=True):
    """A provider as configured: its address and conventions, but never the key itself."""

    name: str
    dialect: Dialect
    base_url: str  # "local:" for the embedded model, "replay:FILE" for a recording
    transport: Transport = "http"
    flavour: str = "generic"  # whose quirks apply: openai, deepseek, mistral, qwen, openrouter, litellm, local, ...
    key_env: str | None = None
    auth_header: str = "authorization"
    auth_prefix: str = "Bearer "
    headers: Mapping[str, str] = {}
    env_headers: Mapping[str, tuple[str, str]] = {}  # header -> (variable, prefix): a second secret (Helicone)
    price_provider: str | None = None  # the provider whose rows in the price table apply, if not this one
    rpm: int | None = None
    tpm: int | None = None

    @property
    def recording(self) -> str | None:
        """The file of recorded completions that replace live ones; None for a live provider."""
        return self.base_url.partition(":")[2] if self.transport == "replay" else None


class HttpRequest(Struct, frozen=True, kw_only=True):
    """A request without its key, which the transport adds last."""

    url: str
    body: bytes
    headers: Mapping[str, str] = {}
    method: str = "POST"


class HttpReply(Struct, frozen=True, kw_only=True):
    """A provider's reply; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
