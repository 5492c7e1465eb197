from __future__ import annotations

import pytest

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.shared_tables import SharedTable
from scrimp.errors import ConfigError
from scrimp.flows.engine.shared.limits import open_limits_server

PASSWORD = "correct-horse-battery"


def test_limits_without_the_client_name_what_to_install() -> None:
    table = SharedTable(limits="redis://limits.example")
    with pytest.raises(ConfigError, match=r"limits needs the client of Redis: pip install 'scrimp\[redis\]'"):
        open_limits_server(table, KeyRing({}, {}), installed=lambda: False)


def test_the_password_of_limits_is_in_no_output() -> None:
    pytest.importorskip("redis", reason="the extra `redis` is not installed")
    keys = KeyRing({"LIMITS": f"redis://user:{PASSWORD}@limits.example"}, {})
    server = open_limits_server(SharedTable(limits_env="LIMITS"), keys)
    assert server is not None
    server.close()
    assert PASSWORD not in server.name
    assert PASSWORD not in keys.redact(f"it is {PASSWORD}")


def test_without_limits_there_is_no_server() -> None:
    assert open_limits_server(SharedTable(), KeyRing({}, {})) is None
