"""Opening the sinks of the config for one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.config.resolved.sink_addresses import PROJECT, sink_address
from scrimp.config.secret_patterns import secret_in_header
from scrimp.config.sink_tables import SinkTable
from scrimp.errors import ConfigError
from scrimp.flows.sinks.span_sink import SpanSink
from scrimp.transport.http.otlp import SpanPoster, has_otlp
from scrimp.units import parse_duration

if TYPE_CHECKING:
    from scrimp.values import OutcomeSink

_MISSING = "no sink is told of this run: `pip install 'scrimp[otel]'` brings what [sinks] needs"
_LONGEST_REQUEST = 10.0  # seconds; the end of a run waits less


class Sinks(Struct, frozen=True):
    """The sinks of one run."""

    sinks: tuple[SpanSink, ...]

    def tee(self, take: OutcomeSink) -> OutcomeSink:
        """Return a sink that passes outcomes on, and then reports the calls."""
        for sink in self.sinks:
            take = sink.tee(take)
        return take

    def close(self, warn: Callable[[str], None]) -> None:
        """End them; warn once of what each did not get."""
        for sink in self.sinks:
            if problem := sink.close():
                warn(problem)


def open_sinks(
    tables: Mapping[str, SinkTable], env: Mapping[str, str], hosts: Mapping[str, str], *,
    hide: Callable[[str, str], None], warn: Callable[[str], None], installed: Callable[[], bool] = has_otlp,
) -> Sinks:  # fmt: skip
    """Return the open sinks of a run; it warns once of a sink that cannot be used, and the run goes on.

    `hosts` are the machines of the providers; `hide` takes secrets, and where they come from.
    """
    if not installed():
        warn(_MISSING)
        return Sinks(())
    sinks = []
    for name, table in tables.items():
        try:
            address = sink_address(name, table, lambda variable: env.get(variable, "").strip())
        except ConfigError as error:
            warn(f"{error}; the run goes on without it")
            continue
        for header, value in address.headers.items():
            if header != PROJECT and (secret := secret_in_header(header, value)) is not None:
                hide(f"the header {header} of sink {name}", secret)
        opened = partial(SpanPoster, address.url, address.headers, env, name=f"sink {name}", longest=_LONGEST_REQUEST)
        longest = parse_duration(table.timeout, "timeout")
        sinks.append(
            SpanSink(name, opened, hosts, content=table.content, longest=longest, numbered=name == "langsmith")
        )
    return Sinks(tuple(sinks))
