"""NO_PROXY, judged by curl where it is installed and by urllib, each where it knows what the entry means."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment

import pytest

from scrimp.transport.http.no_proxy import parse_no_proxy

# The value, an address, whether it is called without a proxy, and who does not know what is written here.
TABLE = [
    ("example.com", "http://example.com", True, ""),
    ("example.com", "http://www.example.com", True, ""),
    ("example.com", "http://a.b.example.com:8080", True, ""),
    ("example.com", "http://notexample.com", False, ""),
    ("example.com", "http://example.com.evil", False, ""),
    ("example.com", "http://com", False, ""),
    ("EXAMPLE.com", "http://example.COM", True, ""),
    ("example.com.", "http://example.com", True, "urllib"),
    ("example.com", "http://example.com.", True, "urllib"),
    (".example.com", "http://example.com", True, ""),
    (".example.com", "http://www.example.com", True, ""),
    (".example.com", "http://notexample.com", False, ""),
    ("*.example.com", "http://www.example.com", True, "curl urllib"),
    ("*.example.com", "http://notexample.com", False, ""),
    ("*", "http://anything.at.all", True, ""),
    (" * ", "http://anything.at.all", True, "curl urllib"),
    ("a.com,*", "http://anything.at.all", True, "curl urllib"),
    ("a*", "http://abc", False, ""),
    ("a.com,b.com", "http://b.com", True, ""),
    ("a.com, b.com", "http://b.com", True, ""),
    ("a.com b.com", "http://b.com", True, "urllib"),
    ("a.com\tb.com", "http://b.com", True, "urllib"),
    (",,a.com,,", "http://a.com", True, ""),
    ("  a.com  ,", "http://a.com", True, ""),
    ("", "http://a.com", False, ""),
    (",", "http://a.com", False, ""),
    (".", "http://a.com", False, ""),
    ("localhost", "http://localhost:11434", True, ""),
    ("localhost", "http://127.0.0.1", False, ""),
    ("127.0.0.1", "http://127.0.0.1:8000", True, ""),
    ("127.0.0.1", "http://127.0.0.10", False, ""),
    ("0.0.1", "http://127.0.0.1", False, "urllib"),
    (".0.0.1", "http://127.0.0.1", False, "urllib"),
    ("10.0.0.0/8", "http://10.200.3.4", True, "urllib"),
    ("10.0.0.0/8", "http://11.0.0.1", False, ""),
    ("192.168.1.77/24", "http://192.168.1.5", True, "urllib"),
    ("192.168.0.0/16,10.1.2.3", "http://10.1.2.3", True, ""),
    ("192.168.1.128/25", "http://192.168.1.127", False, ""),
    ("10.1.2.3/32", "http://10.1.2.3", True, "urllib"),
    ("0.0.0.0/0", "http://8.8.8.8", True, "curl urllib"),
    ("10.0.0.0/33", "http://10.0.0.0", False, ""),
    ("10.0.0.0/8", "http://10.example.com", False, ""),
    ("::1", "http://[::1]:8080", True, "urllib"),
    ("[::1]", "http://[::1]:8080", True, "curl urllib"),
    ("0:0::0:1", "http://[::1]", True, "curl urllib"),
    ("fd00::/8", "http://[fd12::1]", True, "curl urllib"),  # curl's page says so; 7.88 compares the text
    ("[fd00::]/8", "http://[fd12::1]", True, "curl urllib"),
    ("fd00::/8", "http://[fe80::1]", False, ""),
    ("::1", "http://[::2]", False, ""),
    ("example.com:8080", "http://example.com:8080", True, "curl"),
    ("example.com:8080", "http://example.com:8081", False, ""),
    ("example.com:80", "http://example.com", True, "curl urllib"),
    (".example.com:8080", "http://www.example.com:8080", True, "curl"),
    ("127.0.0.1:8080", "http://127.0.0.1:8080", True, "curl"),
    ("127.0.0.1:8080", "http://127.0.0.1", False, ""),
    ("[::1]:8080", "http://[::1]:8080", True, "curl"),
    ("[::1]:8080", "http://[::1]:8081", False, ""),
    ("*:8080", "http://a.com:8080", True, "curl urllib"),
    ("http://a.com", "http://a.com", True, "curl urllib"),
    ("http://a.com/", "https://a.com", False, "curl"),
    ("https://a.com", "https://a.com:443", True, "curl urllib"),
    ("b\u00fccher.example", "http://xn--bcher-kva.example", True, "curl urllib"),
]  # fmt: skip


def names(who: str) -> list[tuple[str, str, bool]]:
    return [(value, url, direct) for value, url, direct, unknown in TABLE if who not in unknown.split()]


@pytest.mark.parametrize(("value", "url", "direct", "_"), TABLE)
def test_a_host_is_called_directly_as_no_proxy_says(value: str, url: str, direct: bool, _: str) -> None:
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc

    assert parse_no_proxy(value).covers(parts.scheme, host, parts.port) is direct


def test_urllib_reads_the_table_alike() -> None:
    for value, url, direct in names("urllib"):
        assert bool(proxy_bypass_environment(urlsplit(url).netloc, {"no": value})) is direct, (value, url)


@pytest.fixture
def first_lines() -> Iterator[tuple[int, list[str]]]:
    """A server that hangs up after the first line of a request, and these lines."""
    lines: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, connection.makefile("rb") as stream:
                    lines.append(stream.readline().decode())
                    connection.sendall(b"HTTP/1.1 400 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], lines


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_reads_the_table_alike(first_lines: tuple[int, list[str]]) -> None:
    port, lines = first_lines
    env = {"PATH": os.environ["PATH"], "http_proxy": f"http://127.0.0.1:{port}"}
    for value, url, direct in names("curl"):
        if url.startswith("https"):
            continue
        lines.clear()
        # Without a proxy curl is sent to the same server, where it asks for a path alone.
        command = ["curl", "-q", "-s", "-o", os.devnull, "--connect-to", f"::127.0.0.1:{port}", url]
        subprocess.run(command, env={**env, "no_proxy": value}, check=False, timeout=50)
        assert lines, (value, url)
        assert lines[0].startswith("GET / ") is direct, (value, url, lines)


@pytest.mark.parametrize(
    "value", ["<local>", "10.0.0.0/33", "300.1.1.1", "ftp://a.com", "a.com/path", "a.com:99999", "."]
)
def test_an_entry_that_no_host_can_match_is_told_apart(value: str) -> None:
    parsed = parse_no_proxy(f"a.com,{value},b.com")

    assert parsed.unusable == (value,)
    assert len(parsed.entries) == 2
