"""Where a sink is: from its table, from the variables that other programs of its kind read, or its vendor's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from msgspec import Struct

from scrimp.config.sink_tables import SinkTable
from scrimp.config.validated import check_header
from scrimp.errors import ConfigError

Variable = Callable[[str], str]
_PATH = "/v1/traces"
LANGSMITH = "https://api.smith.langchain.com"
PROJECT = "langsmith-project"  # a header, and no secret


class SinkAddress(Struct, frozen=True, kw_only=True):
    """The address that takes spans, and the headers of each request; secrets are among them."""

    url: str
    headers: Mapping[str, str]


def sink_address(name: str, table: SinkTable, variable: Variable) -> SinkAddress:
    """Return where a sink is; ConfigError if that is not known, or its key is not.

    `variable` gives the value of a variable of the environment, "" where it is not set.
    """
    preset = _PRESETS.get(name)
    own = preset(variable) if preset is not None else SinkAddress(url="", headers={})
    url = table.endpoint or own.url
    if not url:
        raise ConfigError(f"sinks.{name} has no endpoint: name an address that takes OTLP, https://HOST/v1/traces")
    headers = {**own.headers, **{header.lower(): value for header, value in table.headers.items()}}
    if table.project is not None:
        headers[PROJECT] = table.project
    key_env = table.key_env or ("LANGSMITH_API_KEY" if name == "langsmith" else None)
    if key_env is not None:
        key = variable(key_env)
        if not key:
            raise ConfigError(f"sinks.{name} has no key: set {key_env}")
        header = table.key_header or ("x-api-key" if name == "langsmith" else None)
        headers |= {"authorization": f"Bearer {key}"} if header is None else {header.lower(): key}
    try:
        for header, value in headers.items():
            check_header(header, value)
    except ValueError:  # of a variable; without its words, which name what may be a secret
        raise ConfigError(
            f"sinks.{name} has a header that cannot be sent: its variables need printable ASCII on one line, "
            "OTEL_EXPORTER_OTLP_HEADERS as NAME=VALUE,NAME=VALUE"
        ) from None
    return SinkAddress(url=url, headers=headers)


def _otel(variable: Variable) -> SinkAddress:
    """Return what the variables of OpenTelemetry's own exporters say."""
    base = variable("OTEL_EXPORTER_OTLP_ENDPOINT") or "http://localhost:4318"
    url = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or base.rstrip("/") + _PATH
    pairs = variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS") or variable("OTEL_EXPORTER_OTLP_HEADERS")
    headers = {}
    for pair in filter(str.strip, pairs.split(",")):
        header, _, value = pair.partition("=")
        headers[unquote(header.strip()).lower()] = unquote(value.strip())
    return SinkAddress(url=url, headers=headers)


def _langsmith(variable: Variable) -> SinkAddress:
    base = variable("LANGSMITH_ENDPOINT") or LANGSMITH
    project = variable("LANGSMITH_PROJECT")
    return SinkAddress(url=f"{base.rstrip('/')}/otel{_PATH}", headers={PROJECT: project} if project else {})


_PRESETS = {"otel": _otel, "langsmith": _langsmith}
