"""Where the servers of [shared] are: from the table, or from a variable that it names."""

from __future__ import annotations

from collections.abc import Callable

from scrimp.config.shared_tables import server_parts
from scrimp.errors import ConfigError


def server_address(name: str, url: str | None, variable_name: str | None, variable: Callable[[str], str]) -> str | None:
    """Return the address of a server, None if none is set; ConfigError if the variable gives none.

    `name` is the key of [shared]; `variable` gives the value of a variable, "" where it is not set.
    """
    if variable_name is None:
        return url
    address = variable(variable_name)
    if not address:
        raise ConfigError(f"shared.{name}_env names {variable_name}, which is not set: set it to redis://HOST:PORT/0")
    server_parts(address, f"${variable_name}")
    return address
