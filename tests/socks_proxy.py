"""A SOCKS proxy on localhost (versions 4, 4a and 5: RFC 1928, RFC 1929) that takes every call to one place."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO


class SocksProxy:
    """Where it listens, and what it was asked for: host:port, with user and password."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[tuple[str, str]] = []


@contextmanager
def socks_proxy(place: tuple[str, int]) -> Iterator[SocksProxy]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = SocksProxy(listener.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client = listener.accept()[0]
                    threading.Thread(target=_talk, args=(client, place, proxy), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield proxy


def _talk(client: socket.socket, place: tuple[str, int], proxy: SocksProxy) -> None:
    with client, client.makefile("rb", buffering=0) as stream, suppress(OSError):
        asked = _version_4(stream, client) if stream.read(1) == b"\x04" else _version_5(stream, client)
        proxy.asked.append(asked)
        with socket.create_connection(place) as server:
            back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
            back.start()
            _pass_on(client, server)


def _version_4(stream: BinaryIO, client: socket.socket) -> tuple[str, str]:
    stream.read(1)
    port, address = int.from_bytes(stream.read(2)), stream.read(4)
    user = _until_zero(stream)
    host = _until_zero(stream) if address[:3] == b"\0\0\0" else socket.inet_ntoa(address)
    client.sendall(b"\0\x5a" + bytes(6))
    return f"{host}:{port}", user


def _version_5(stream: BinaryIO, client: socket.socket) -> tuple[str, str]:
    methods, user = stream.read(stream.read(1)[0]), ""
    client.sendall(b"\x05\x02" if 2 in methods else b"\x05\x00")
    if 2 in methods:
        stream.read(1)
        user = ":".join(stream.read(stream.read(1)[0]).decode() for _ in range(2))
        client.sendall(b"\x01\x00")
    kind = stream.read(4)[3]
    host = socket.inet_ntoa(stream.read(4)) if kind == 1 else stream.read(stream.read(1)[0]).decode()
    port = int.from_bytes(stream.read(2))
    client.sendall(b"\x05\x00\x00\x01" + bytes(6))
    return f"{host}:{port}", user


def _until_zero(stream: BinaryIO) -> str:
    return b"".join(iter(lambda: stream.read(1), b"\0")).decode()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
