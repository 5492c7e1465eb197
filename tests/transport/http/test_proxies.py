from __future__ import annotations

from urllib.request import getproxies_environment

import pytest

from scrimp.errors import ConfigError
from scrimp.transport.http.client import build_engine
from scrimp.transport.http.proxies import read_proxies

VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


def address(env: dict[str, str], url: str) -> str | None:
    scheme, _, host = url.partition("://")
    proxy = read_proxies(env).proxy_of(scheme, host, None)
    return None if proxy is None else proxy.url


@pytest.mark.parametrize("first", VARIABLES)
@pytest.mark.parametrize("second", VARIABLES)
def test_the_variables_go_before_each_other_as_for_the_sdks(
    monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    env = {first: "http://one:1", second: "http://two:2"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    theirs = getproxies_environment()  # where httpx, and with it both SDKs, look

    for scheme in ("http", "https"):
        assert address(env, f"{scheme}://h") == theirs.get(scheme, theirs.get("all"))


def test_an_empty_variable_is_not_set() -> None:
    assert address({"https_proxy": "", "HTTPS_PROXY": "http://p"}, "https://h") == "http://p"
    assert address({"https_proxy": " ", "no_proxy": ""}, "https://h") is None
    assert address({"HTTPS_PROXY": "p", "no_proxy": "", "NO_PROXY": "h"}, "https://h") is None
    assert address({"HTTPS_PROXY": "p", "no_proxy": "x", "NO_PROXY": "h"}, "https://h") == "http://p"


def test_a_cgi_script_does_not_take_the_header_of_a_request_for_its_proxy() -> None:
    assert address({"HTTP_PROXY": "http://evil", "REQUEST_METHOD": "GET"}, "http://h") is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("proxy.example", "http://proxy.example"), ("proxy:3128", "http://proxy:3128"),
        ("http://proxy:3128/", "http://proxy:3128"), ("HTTP://proxy:3128", "http://proxy:3128"),
        ("https://proxy", "https://proxy"), ("ann:hunter2@proxy:3128", "http://proxy:3128"),
        ("http://ann:hun%40ter2@proxy", "http://proxy"), ("http://ann:hunter2^|@proxy", "http://proxy"),
        ("[::1]:3128", "http://[::1]:3128"), (" proxy\n", "http://proxy"),
        ("http://b\u00fccher.example:1", "http://b\u00fccher.example:1"),
        *((f"{scheme}://proxy:1", f"{scheme}://proxy:1") for scheme in ("socks4", "socks4a", "socks5", "socks5h")),
    ],
)  # fmt: skip
def test_an_address_of_a_proxy_is_understood_and_shown_without_its_password(value: str, shown: str) -> None:
    env = {"ALL_PROXY": value}
    build_engine(env, timeout=1)
    proxy = read_proxies(env).proxy_of("https", "h", None)

    assert proxy is not None
    assert proxy.shown == shown
    assert "hunter2" not in repr(proxy)


def test_a_user_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^ALL_PROXY has a user, which cannot be sent by socks4a: write socks5://"):
        read_proxies({"ALL_PROXY": "socks4a://ann@proxy"})


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    "value",
    [
        "foo hunter2", "http://foo hunter2", "http://", "://", "http:///hunter2", ":8080", "@", "http://proxy:port",
        "proxy:99999", "proxy:0", "http://[::1", "http:/proxy:3128", "http://proxy/hunter2", "300.1.1.1:1",
        "http://ann:hunter2#x@proxy", "http://ann:hun/ter2@proxy", "http://pro\x7fxy", "http://proxy\udce9",
        "http://pr%20oxy", "ftp://proxy/hunter2", "hunter2://proxy", "socks://proxy", "socks6://proxy", "direct://",
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_obeyed_is_refused_by_name_and_not_repeated(variable: str, value: str) -> None:
    with pytest.raises(
        ConfigError, match=f"^{variable} (is not the address of a proxy|names a proxy of a kind)"
    ) as raised:
        build_engine({variable: value}, timeout=1)
    assert "hunter" not in str(raised.value)
