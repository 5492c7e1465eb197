"""Environment variables that scrimp reads, and what each does: the manual lists them, and a test finds every one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scrimp.config.schema import Defaults
from scrimp.config.sources.layers import VENDOR_VARIABLES, variable_name
from scrimp.providers.presets import PRESETS

# Read by every command.
COMMON: Mapping[str, str] = {
    "SCRIMP_HOME": "The directory of everything scrimp keeps: config, cache, ledger, embedded model.",
    "XDG_CONFIG_HOME": "The directory of scrimp/config.toml on Linux; ~/.config if not set.",
    "XDG_DATA_HOME": "The directory of scrimp's stores on Linux; ~/.local/share if not set.",
    "NO_COLOR": "If set, no colors.",
    "FORCE_COLOR": "If set and not 0, colors in a pipe too.",
    "TERM": "dumb: no colors, no progress bar.",
    "COLUMNS": "The width of the screen, instead of the terminal's own.",
}
# Read where anything is fetched or sent over the network.
CONNECTING: Mapping[str, str] = {
    "HTTPS_PROXY": "The proxy for https addresses; https_proxy is the same.",
    "HTTP_PROXY": "The proxy for http addresses; http_proxy is the same.",
    "ALL_PROXY": "The proxy where neither is set; all_proxy is the same.",
    "NO_PROXY": "Domains, addresses and networks that are called without a proxy, or *; no_proxy is the same.",
    "SSL_CERT_FILE": "A file of certificates to trust as well, for a gateway or proxy with its own authority.",
    "REQUESTS_CA_BUNDLE": "The same, where SSL_CERT_FILE is not set.",
    "CURL_CA_BUNDLE": "The same, where neither is set.",
    "SSL_CERT_DIR": "Directories of such files, with colons, beside that file.",
}
# Read where providers are called.
CALLING: Mapping[str, str] = {
    **VENDOR_VARIABLES,
    "ANTHROPIC_AUTH_TOKEN": "A bearer token for anthropic, as for its own SDK, where ANTHROPIC_API_KEY is not set.",
    **CONNECTING,
}
# Read with `run --engine ray`.
WORKING: Mapping[str, str] = {
    "RAY_ADDRESS": "The cluster that scrimp run --engine ray works on; one is started on this machine if not set.",
}
# Read, by the client of S3, where an input or -o is at s3://.
STORING: Mapping[str, str] = {
    "AWS_ENDPOINT_URL": "The server of s3:// addresses, where it is not AWS.",
    "AWS_REGION": "The region of AWS.",
    "AWS_ACCESS_KEY_ID": "The key that s3:// addresses are read and written with.",
    "AWS_SECRET_ACCESS_KEY": "What belongs to that key.",
    "AWS_SESSION_TOKEN": "The same, where the key is of a session.",
    "AWS_PROFILE": "The profile in ~/.aws that says these instead.",
}
# Read if calls are reported to a sink that the config turns on.
TELLING: Mapping[str, str] = {
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "Where spans go if [sinks.otel] has no address, as for OpenTelemetry itself.",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "The same without /v1/traces, where that is not set.",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "Headers sent with them: name=value,name=value.",
    "OTEL_EXPORTER_OTLP_HEADERS": "The same, where that is not set.",
    "LANGSMITH_API_KEY": "The key of [sinks.langsmith].",
    "LANGSMITH_ENDPOINT": "The address of LangSmith, if it is not the public one.",
    "LANGSMITH_PROJECT": "The project at LangSmith that calls are filed under.",
}
# Read by `scrimp cost reconcile`.
RECONCILING: Mapping[str, str] = {
    "OPENAI_ADMIN_KEY": "An admin key of the organization at OpenAI, which reads what was used.",
    "ANTHROPIC_ADMIN_API_KEY": "An admin key of the organization at Anthropic, which reads what was used.",
}
# Read by `scrimp local`.
INSTALLING: Mapping[str, str] = {
    "PIPX_HOME": "Where pipx keeps its environments, if scrimp is in one: for the command that installs the runtime.",
}
# Read by the vendors' own SDKs and not by scrimp, with what to set instead: doctor says so where one is set.
UNREAD: Mapping[str, str] = dict.fromkeys(
    ("ANTHROPIC_PROFILE", "ANTHROPIC_IDENTITY_TOKEN", "ANTHROPIC_IDENTITY_TOKEN_FILE"),
    "set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN",
)
# Read by `scrimp help`.
PAGING: Mapping[str, str] = {
    "MANPAGER": "The command that shows a page longer than the screen; cat or nothing: none.",
    "PAGER": "The same, where MANPAGER is not set; less if neither is.",
}


def defaults() -> Iterator[tuple[str, str]]:
    """Yield the variable of each key of [defaults], with the flag whose default it sets."""
    for name in Defaults.__struct_fields__:
        yield variable_name(name), name


def keys() -> Iterator[tuple[str, str]]:
    """Yield the variables of the known providers' keys, with whose they are."""
    owners: dict[str, list[str]] = {}
    for name, endpoint in PRESETS.items():
        for variable in (endpoint.key_env, *(variable for variable, _ in endpoint.env_headers.values())):
            if variable:
                owners.setdefault(variable, []).append(name)
    for variable, names in owners.items():
        yield variable, f"The key of {' and '.join(names)}."
