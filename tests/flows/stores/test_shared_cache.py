from __future__ import annotations

import pytest

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.shared_tables import SharedTable
from scrimp.errors import ConfigError
from scrimp.flows.stores.shared_cache import open_cache_server

PASSWORD = "hunter2-of-the-server"


def test_a_shared_cache_without_its_client_says_how_to_install_it() -> None:
    table = SharedTable(cache=f"redis://:{PASSWORD}@cache.example")

    with pytest.raises(ConfigError, match=r"pip install 'scrimp\[redis\]', or leave out cache") as caught:
        open_cache_server(table, KeyRing({}, {}), print, installed=lambda: False)
    assert PASSWORD not in str(caught.value)


def test_its_password_is_hidden_in_any_text_from_then_on() -> None:
    pytest.importorskip("redis", reason="the extra `redis` is not installed")
    keys = KeyRing({}, {})
    open_cache_server(SharedTable(cache=f"redis://:{PASSWORD}@cache.example"), keys, print).close()

    assert PASSWORD not in keys.redact(f"the server said {PASSWORD}")
    assert PASSWORD not in keys.redact_whole(f"a completion with {PASSWORD}")
