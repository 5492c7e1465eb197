"""The schema of [sinks.NAME]: where calls are reported as OpenTelemetry spans, in addition to the ledger."""

from collections.abc import Mapping

from msgspec import Struct

from scrimp.config.secret_patterns import contains_secret, is_variable_name
from scrimp.config.validated import check_header, validate
from scrimp.units import parse_duration

LONGEST_WAIT = 60.0  # seconds


class SinkTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[sinks.NAME]: otel and langsmith have addresses of their own; the table turns them on."""

    endpoint: str | None = None  # takes OTLP over HTTP: https://HOST/v1/traces
    headers: Mapping[str, str] = {}
    key_env: str | None = None  # the variable with a key
    key_header: str | None = None  # the header that carries it, else Authorization: Bearer
    project: str | None = None  # LangSmith's project
    content: bool = False  # prompts and completions, too
    timeout: str = "2s"  # how long a run waits for the sink at its end

    def __post_init__(self) -> None:
        validate(parse_duration, self.timeout, "timeout")
        if parse_duration(self.timeout, "timeout") > LONGEST_WAIT:
            raise ValueError(f"timeout is at most {LONGEST_WAIT:.0f}s: a run waits for it at its end")
        if self.endpoint is not None and not self.endpoint.startswith(("https://", "http://")):
            raise ValueError("endpoint is not an address: write https://HOST/v1/traces")
        for name, value in {**self.headers, self.key_header or "authorization": ""}.items():
            check_header(name, value)
        if self.key_env and (not is_variable_name(self.key_env) or contains_secret(self.key_env)):
            raise ValueError("key_env takes the name of an environment variable, never the key itself")
