"""Where a provider is and how it likes to be spoken to, and what goes there and comes back."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from scrimp.enums import Dialect, Transport


class Endpoint(Struct, frozen=True, kw_only=True):
    """A provider as configured: where it is and how it likes to be spoken to; never the key itself."""

    name: str
    dialect: Dialect
    base_url: str  # of an embedded model "local:", of a recording "replay:FILE"
    transport: Transport = "http"
    flavour: str = "generic"  # whose quirks apply: openai, deepseek, mistral, qwen, openrouter, litellm, local, ...
    key_env: str | None = None
    auth_header: str = "authorization"
    auth_prefix: str = "Bearer "
    headers: Mapping[str, str] = {}
    env_headers: Mapping[str, tuple[str, str]] = {}  # header -> (variable, prefix): a second secret (Helicone)
    price_provider: str | None = None  # whose rows of the price table apply
    rpm: int | None = None
    tpm: int | None = None

    @property
    def recording(self) -> str | None:
        """The file whose recorded completions are given in place of live ones."""
        return self.base_url.partition(":")[2] if self.transport == "replay" else None


class HttpRequest(Struct, frozen=True, kw_only=True):
    """A request without its key: the transport adds that last."""

    url: str
    body: bytes
    headers: Mapping[str, str] = {}
    method: str = "POST"


class HttpReply(Struct, frozen=True, kw_only=True):
    """What came back; header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
