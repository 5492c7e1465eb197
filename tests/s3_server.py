"""A server of S3's protocol, as far as objects are listed, read and written in parts."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from scrimp.read.inputs import stored_objects

_ZONE = "Sun, 29 Nov 2026 00:00:00 GMT"


class S3Server:
    """Its objects by BUCKET/KEY; those of other buckets are refused."""

    def __init__(self, bucket: str) -> None:
        self.bucket, self.objects, self.parts = bucket, dict[str, bytes](), dict[str, bytes]()
        self.address, self.refuses = "", False

    @property
    def env(self) -> dict[str, str]:
        """The variables by which a client finds it."""
        return {"AWS_ENDPOINT_URL": self.address, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: S3Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        pass

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _xml(self, root: str, inner: str) -> None:
        self._answer(200, f'<?xml version="1.0"?><{root}>{inner}</{root}>'.encode(), Content_Type="application/xml")

    def _body(self) -> bytes:
        """Return what was sent: in chunks of HTTP, or of AWS, or in those within these."""
        in_chunks = self.headers.get("Transfer-Encoding") == "chunked"
        data = _joined(self.rfile) if in_chunks else self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return _joined(io.BytesIO(data)) if "aws-chunked" in self.headers.get("Content-Encoding", "") else data

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        name, query = unquote(url.path).lstrip("/"), parse_qs(url.query)
        if name.partition("/")[0] != self.store.bucket:
            self._answer(404)
        elif name.rstrip("/") == self.store.bucket:
            if "list-type" in query:
                self._list(query.get("prefix", [""])[0], query.get("delimiter", [""])[0])
            else:
                self._answer(200)
        elif name in self.store.objects:
            data, span = self.store.objects[name], self.headers.get("Range")
            if span is None:
                self._answer(200, data, Last_Modified=_ZONE, Accept_Ranges="bytes")
                return
            first, _, last = span.removeprefix("bytes=").partition("-")
            part = data[int(first) : int(last) + 1]
            self._answer(206, part, Last_Modified=_ZONE, Content_Range=f"bytes {first}-{last}/{len(data)}")
        else:
            self._answer(404)

    do_HEAD = do_GET  # noqa: N815 - its name

    def _list(self, prefix: str, delimiter: str) -> None:
        found, folders = [], set()
        for name, data in sorted(self.store.objects.items()):
            key = name.partition("/")[2]
            rest = key.removeprefix(prefix)
            if key.startswith(prefix) and delimiter and delimiter in rest:
                folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
            elif key.startswith(prefix):
                found.append(f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size></Contents>")
        inner = "".join(
            [*found, *(f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in folders)]
        )
        self._xml("ListBucketResult", f"<KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>{inner}")

    def do_PUT(self) -> None:
        url = urlsplit(self.path)
        name, data = unquote(url.path).lstrip("/"), self._body()
        if "partNumber" in url.query:
            self.store.parts[name] = self.store.parts.get(name, b"") + data
        else:
            self.store.objects[name] = data
        self._answer(200, ETag='"e"')

    def do_DELETE(self) -> None:
        self.store.objects.pop(unquote(urlsplit(self.path).path).lstrip("/"), None)
        self._answer(204)

    def do_POST(self) -> None:
        url, _ = urlsplit(self.path), self._body()
        name = unquote(url.path).lstrip("/")
        if self.store.refuses:
            self._answer(403)
        elif "uploads" in url.query:
            self._xml("InitiateMultipartUploadResult", "<UploadId>u</UploadId>")
        else:
            self.store.objects[name] = self.store.parts.pop(name, b"")
            self._xml("CompleteMultipartUploadResult", "<ETag>e</ETag>")


def _joined(stream: BinaryIO) -> bytes:
    """Return chunks, each after a line with its size, up to an empty one and what follows it."""
    data = b""
    while size := int(stream.readline().partition(b";")[0], 16):
        data += stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass
    return data


@contextmanager
def s3_server(bucket: str) -> Iterator[S3Server]:
    """Serve one bucket, which this process has not asked yet, whatever server had one of its name before."""
    store = S3Server(bucket)
    stored_objects._bucket_store.cache_clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"store": store}))
    server.daemon_threads = True
    store.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
