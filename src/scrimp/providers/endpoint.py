"""A provider's address and conventions, and the HTTP request and reply exchanged with it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from scrimp.enums import Dialect, LabelHeaders, Transport

_PORTS: Mapping[str, int] = {"http": 80, "https": 443}


class Endpoint(Struct, frozen=True, kw_only=True):
    """A provider as configured: its address and conventions, but never the key itself."""

    name: str
    dialect: Dialect
    base_url: str  # "local:" for the embedded model, "replay:FILE" for a recording
    transport: Transport = "http"
    flavour: str = "generic"  # the vendor whose quirks apply: openai, deepseek, mistral, qwen, openrouter, litellm, ...
    key_env: str | None = None
    bearer_env: str | None = None  # a variable with a bearer token, for where that of the key is not set
    auth_header: str = "authorization"
    auth_prefix: str = "Bearer "
    headers: Mapping[str, str] = {}
    env_headers: Mapping[str, tuple[str, str]] = {}  # header -> (variable, prefix): a second secret (Helicone)
    labels: LabelHeaders = "none"  # whether, and in which headers, it is told of the run, its user and its tags
    price_provider: str | None = None  # the provider whose rows in the price table apply, if not this one
    rpm: int | None = None
    tpm: int | None = None
    same_as: Mapping[str, str] = {}  # the vendor's name of a model that has another one here

    def vendors_name(self, model: str) -> str:
        """Return the name by which a model's vendor knows it, which tells what it accepts."""
        return self.same_as.get(model, model)

    @property
    def recording(self) -> str | None:
        """The file of recorded completions that replace live ones; None for a live provider."""
        return self.base_url.partition(":")[2] if self.transport == "replay" else None

    @property
    def host(self) -> str:
        """The name of the machine that is called, in lower case; "" where none is."""
        try:
            return urlsplit(self.base_url).hostname or ""
        except ValueError:  # half an IPv6 address; the call says what is wrong with it
            return ""

    def is_own(self, url: str) -> bool:
        """Return whether a URL is at the provider's own host, to which its key may go."""
        try:
            theirs, own = (
                (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme))
                for parts in map(urlsplit, (url, self.base_url))
            )
        except ValueError:  # half an IPv6 address, a port that is not a number
            return False
        return theirs == own

    def address(self, path: str) -> str:
        """Return the URL of one of the provider's resources: the path goes before a query of base_url.

        A base_url that already ends in the resource, copied from the provider's documentation, is understood, too.
        """
        base, question, query = self.base_url.partition("#")[0].partition("?")
        base = base.rstrip("/").removesuffix(path)
        joined = "&" if question and "?" in path else question
        return f"{base}{path}{joined}{query}"


def without_secrets(url: str) -> str:
    """Return a URL without what may be a secret: user, password and query."""
    parts = urlsplit(url)
    return SplitResult(parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "").geturl()


# The longest reply that is read, unpacked, in bytes; and the bytes for each token of --max-output on top.
REPLY_BYTES, REPLY_BYTES_OF_TOKEN = 16 << 20, 64


class HttpRequest(Struct, frozen=True, kw_only=True):
    """A request without its key, which the transport adds last."""

    url: str
    body: bytes
    headers: Mapping[str, str] = {}
    method: str = "POST"
    reply_limit: int = REPLY_BYTES


class HttpReply(Struct, frozen=True, kw_only=True):
    """A provider's reply; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
