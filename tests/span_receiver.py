"""What takes spans by OTLP over HTTP, faked at the wire; it reads them with the types that OpenTelemetry publishes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

# A status, or the bytes of a whole reply, whatever they are.
Reply: TypeAlias = int | bytes


class SpanReceiver:
    """The requests that came; `answer` gives the reply to each, and may take its time."""

    def __init__(self, answer: Callable[[int], Reply]) -> None:
        self.answer = answer
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.url = ""

    @property
    def messages(self) -> list[Any]:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # an extra

        return [ExportTraceServiceRequest.FromString(body) for _, _, body in self.requests]

    @property
    def spans(self) -> list[Any]:
        return [
            span
            for message in self.messages
            for resource in message.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def attributes(span: Any) -> dict[str, Any]:
    """The attributes of a span or a resource."""

    def value(each: Any) -> Any:
        kind = each.WhichOneof("value")
        found = getattr(each, kind)
        return [value(item) for item in found.values] if kind == "array_value" else found

    return {pair.key: value(pair.value) for pair in span.attributes}


@contextmanager
def span_receiver(answer: Callable[[int], Reply] = lambda _: 200) -> Iterator[SpanReceiver]:
    """Run one for the length of a test; `answer` gets the number of the request, from 0. Status 0 hangs up."""
    receiver = SpanReceiver(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append((self.path, headers, body))
            reply = receiver.answer(len(receiver.requests) - 1)
            if not reply or isinstance(reply, bytes):
                self.close_connection = True
                self.wfile.write(reply or b"")
                return
            self.send_response(reply)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:  # a client may leave
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
