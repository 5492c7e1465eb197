from __future__ import annotations

import msgspec
import pytest

from scrimp.config.resolved.shared_servers import server_address
from scrimp.config.shared_tables import SharedTable, secrets_of, shown_address
from scrimp.errors import ConfigError

PASSWORD = "hunter2-of-the-server"
ADDRESSES = {
    "redis://cache.example": "redis://cache.example",
    f"redis://:{PASSWORD}@cache.example:6379/0": "redis://cache.example:6379/0",
    f"rediss://ada:{PASSWORD}@[2001:db8::1]:6380/2": "rediss://[2001:db8::1]:6380/2",
    f"redis://cache.example/0?password={PASSWORD}": "redis://cache.example/0",
    f"unix://ada:{PASSWORD}@/run/redis.sock?db=3": "unix:///run/redis.sock?db=3",
    f"redis://cache.example?password={PASSWORD}&db=1": "redis://cache.example?db=1",
    "redis://cache.example?db=of-mine": "redis://cache.example",
}


def table(**keys: object) -> SharedTable:
    return msgspec.convert(keys, SharedTable)


@pytest.mark.parametrize(("address", "shown"), ADDRESSES.items())
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert table(cache=address).cache == address
    assert shown_address(address) == shown
    assert secrets_of(address) == ([PASSWORD] if PASSWORD in address else [])


def test_a_password_is_a_secret_as_it_is_written_and_as_it_is_sent() -> None:
    assert secrets_of("redis://:a%2Fb%3Fc@cache.example") == ["a%2Fb%3Fc", "a/b?c"]


@pytest.mark.parametrize(
    "address",
    [
        "cache.example:6379", "http://cache.example", "redis://", "redis:///0", "unix://", f"redis://:{PASSWORD}@",
        f"redis://:{PASSWORD}/x@cache.example", "redis://cache.example:0", "redis://cache.example:70000", "redis://[::1",
    ],
)  # fmt: skip
def test_what_is_not_an_address_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="cache is not the address of a server: write redis://") as caught:
        table(cache=address)

    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"cache": "redis://x", "cache_env": "X"}, "exclude each other"),
        ({"cache_env": f"redis://:{PASSWORD}@x"}, "the name of an environment variable"),
        ({"limits": "redis://x", "limits_env": "X"}, "limits and limits_env exclude each other"),
        ({"limits": "http://x"}, "limits is not the address of a server"),
        ({"limits_env": f"redis://:{PASSWORD}@x"}, "limits_env takes the name of an environment variable"),
        ({"patience": "long"}, "not a duration"),
        ({"cache_ttl": "0s"}, "at least 1s"),
        ({"cache_ttl": "long"}, "not a duration"),
        ({"timeout": 0}, "> 0"),
        ({"timeout": 61}, "<= 60"),
    ],
)
def test_what_cannot_be_meant_is_refused(keys: dict[str, object], words: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=words) as caught:
        table(**keys)

    assert PASSWORD not in str(caught.value)


def test_an_address_may_come_from_a_variable() -> None:
    variables = {"CACHE": "redis://cache.example/0", "WRONG": f"http://:{PASSWORD}@x"}

    def variable(name: str) -> str:
        return variables.get(name, "")

    assert server_address("cache", None, None, variable) is None
    assert server_address("cache", "redis://here", None, variable) == "redis://here"
    assert server_address("cache", None, "CACHE", variable) == "redis://cache.example/0"
    with pytest.raises(ConfigError, match=r"shared\.cache_env names UNSET, which is not set"):
        server_address("cache", None, "UNSET", variable)
    with pytest.raises(ConfigError, match=r"\$WRONG is not the address of a server") as caught:
        server_address("cache", None, "WRONG", variable)
    assert PASSWORD not in str(caught.value)
