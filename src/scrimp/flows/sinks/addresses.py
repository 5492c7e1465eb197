"""Where a sink is: from its table, from the variables that other programs of its kind read, or its vendor's own."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from msgspec import Struct

from scrimp.config.sink_tables import SinkTable
from scrimp.errors import ConfigError

_PATH = "/v1/traces"
LANGSMITH = "https://api.smith.langchain.com"


class SinkAddress(Struct, frozen=True, kw_only=True):
    """The address that takes spans, and the headers of each request; secrets are among them."""

    url: str
    headers: Mapping[str, str]


def sink_address(name: str, table: SinkTable, env: Mapping[str, str]) -> SinkAddress:
    """Return where a sink is; ConfigError where that is not known, or its key is not."""
    preset = _PRESETS.get(name)
    own = preset(env) if preset is not None else SinkAddress(url="", headers={})
    url = table.endpoint or own.url
    if not url:
        raise ConfigError(f"sinks.{name} has no endpoint: name an address that takes OTLP, https://HOST/v1/traces")
    headers = {**own.headers, **{header.lower(): value for header, value in table.headers.items()}}
    if table.project is not None:
        headers["langsmith-project"] = table.project
    key_env = table.key_env or ("LANGSMITH_API_KEY" if name == "langsmith" else None)
    if key_env is not None:
        key = env.get(key_env, "").strip()
        if not key:
            raise ConfigError(f"sinks.{name} has no key: set {key_env}")
        header = table.key_header or ("x-api-key" if name == "langsmith" else None)
        headers |= {"authorization": f"Bearer {key}"} if header is None else {header.lower(): key}
    return SinkAddress(url=url, headers=headers)


def _otel(env: Mapping[str, str]) -> SinkAddress:
    """Return what the variables of OpenTelemetry's own exporters say."""
    base = env.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").strip() or "http://localhost:4318"
    url = env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "").strip() or base.rstrip("/") + _PATH
    pairs = env.get("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "") or env.get("OTEL_EXPORTER_OTLP_HEADERS", "")
    headers = {}
    for pair in filter(str.strip, pairs.split(",")):
        header, _, value = pair.partition("=")
        headers[unquote(header.strip()).lower()] = unquote(value.strip())
    return SinkAddress(url=url, headers=headers)


def _langsmith(env: Mapping[str, str]) -> SinkAddress:
    base = env.get("LANGSMITH_ENDPOINT", "").strip() or LANGSMITH
    project = env.get("LANGSMITH_PROJECT", "").strip()
    return SinkAddress(url=f"{base.rstrip('/')}/otel{_PATH}", headers={"langsmith-project": project} if project else {})


_PRESETS = {"otel": _otel, "langsmith": _langsmith}
