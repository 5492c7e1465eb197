"""Reading a price list from a file or an address: a table of scrimp's, genai-prices' data or LiteLLM's table."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from scrimp.errors import ConfigError, InputError, UsageError
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.prices.sources.formats import from_tree, table_of
from scrimp.prices.sources.genai_package import package_data
from scrimp.prices.sources.problem import check_amounts
from scrimp.prices.table import SHIPPED, PriceTable, checked, load_table
from scrimp.providers.endpoint import without_secrets

PACKAGE = "genai-prices"
_OK, _REDIRECTS, _ERRORS = 200, 300, 400


def read_price_list(source: str, env: Mapping[str, str]) -> PriceTable:
    """Return the table in a file or at an address, or that of the installed package genai-prices, every row checked.

    ConfigError, InputError or UsageError if it cannot be used.
    """
    if source == PACKAGE:
        data, version = package_data()
        table = PriceTable(from_tree(data, origin=f"package {version}", day=_today()), Path(source))
    else:
        content, name = _fetched(source, env) if "://" in source else _read(source)
        table = checked(table_of(content, origin=name, day=_today()), Path(name))
    check_amounts(table)
    return table


def _read(source: str) -> tuple[bytes, str]:
    """Return a file's content and its name."""
    path = Path(source)
    try:
        return path.read_bytes(), str(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{source} cannot be read ({reason}): name a file or an address of prices") from error


def _fetched(url: str, env: Mapping[str, str]) -> tuple[bytes, str]:
    """Return the content at an address, and the address without its secrets."""
    from scrimp.transport.http.download import download  # only where something is fetched

    try:
        shown, parts = without_secrets(url), urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise UsageError(f"that is not an address ({error}): correct it") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        raise UsageError(f"{shown} is not an https address: on the way to any other, the prices could be changed")
    reply = run_in_loop(download(url, env))
    if _REDIRECTS <= reply.status < _ERRORS and (target := reply.headers.get("location")):
        raise ConfigError(f"{shown} leads on to {without_secrets(target)}: give that address")
    if reply.status != _OK:
        raise ConfigError(f"{shown} answered with status {reply.status} and no prices: check the address")
    return reply.body, shown


def _is_here(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _today() -> str:
    """Return the day that lists which do not say when they were made are dated with."""
    return max(time.strftime("%Y-%m-%d", time.gmtime()), load_table(SHIPPED).date)
