"""What flows share: requests to a provider's own addresses, and the search for a batch among those it lists."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import BinaryIO, TypeAlias
from urllib.parse import quote, urlsplit

from scrimp.providers.batches.flow import BatchLimits, BatchRefusedError, Exchanges, Frame, RemoteBatch, Shard
from scrimp.providers.batches.replies import moment, object_in
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import dumps, obj, reply_object
from scrimp.values import Attachment, Json, JsonObject

_VERSION = "/v1/"
_ONLY_A_MODEL = re.compile(rb'{"model":"[^"\\\\]*')
PAGE = 100  # batches in a page of a list
_MOST_PAGES = 20  # pages searched, newest first, for a batch whose creation was not confirmed
_SKEW = 600.0  # seconds by which a provider's clock may be behind ours

# The batches in a page of a list, as the provider tells of them, and the path of the next page if there is one.
Page: TypeAlias = tuple[Sequence[Json], str | None]


class BaseFlow(ABC):
    """A flow whose file is JSONL, sent when the batch is created, for models of every name."""

    uploads = False
    tells_names = True
    _batches_at = "/batches"  # the path of all batches; that of one has its name behind it
    _cancels_by = "/cancel"  # suffix of the path that cancels a batch

    def __init__(self, endpoint: Endpoint, limits: BatchLimits) -> None:
        self._endpoint, self.limits = endpoint, limits
        self._paths: dict[str, str] = {}  # paths by address: thousands of requests share one

    def line(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a request as it stands in the file: the body as a live call has it."""
        return b'{"custom_id":%b,"body":%b}' % (dumps(custom_id), request.body)

    def _line_with_path(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a request as it stands in the file where each line has its method and path."""
        path = dumps(self.path(request))
        return b'{"custom_id":%b,"method":"POST","url":%b,"body":%b}' % (dumps(custom_id), path, request.body)

    def _line_without_model(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a request as it stands in the file where its model does not: the batch has it.

        Bodies begin with their models, so that the rest of one, which may be long, is taken as it is.
        """
        head, comma, rest = request.body.partition(b'",')
        if comma and _ONLY_A_MODEL.fullmatch(head):
            return b'{"custom_id":%b,"body":{%b}' % (dumps(custom_id), rest)
        body = obj(reply_object(HttpReply(status=200, body=request.body)))
        return dumps({"custom_id": custom_id, "body": {name: body[name] for name in body if name != "model"}})

    def path(self, request: HttpRequest) -> str:
        """Return the path of a request from the version on, whatever is before that in the provider's address here."""
        known = self._paths.get(request.url)
        if known is None:
            known = self._paths[request.url] = self._path_of(request)
        return known

    def _path_of(self, request: HttpRequest) -> str:
        path = urlsplit(request.url).path.removeprefix(urlsplit(self._endpoint.base_url).path.rstrip("/"))
        return path if path.startswith(_VERSION) else f"{_VERSION}{path.removeprefix('/')}"

    def frame(self, shard: Shard) -> Frame:
        """Return nothing but line ends."""
        del shard
        return Frame()

    def refuses(self, model: str) -> str | None:
        """Return None: which models take part in batches is not listed."""
        del model
        return None

    def refuses_attached(self, attachments: Sequence[Attachment]) -> str | None:
        """Return None: bodies are those of live calls, with what is attached in them."""
        del attachments
        return None

    def upload(self, shard: Shard) -> Exchanges[str]:
        """Return no name: nothing is uploaded before the batch is created."""
        del shard
        yield from ()
        return ""

    def look_up(self, batch: str) -> Exchanges[RemoteBatch]:
        """Ask for one batch."""
        reply = yield self._request(self._path_to(batch))
        return self._batch(object_in(reply, self._endpoint))

    def cancel(self, batch: str) -> Exchanges[None]:
        """Ask for the end of a batch."""
        reply = yield self._request(f"{self._path_to(batch)}{self._cancels_by}", body=b"{}")
        object_in(reply, self._endpoint)

    def _path_to(self, batch: str) -> str:
        """Return the path of one batch."""
        return f"{self._batches_at}/{quote(batch, safe='')}"

    def more(self, batch: RemoteBatch, results: BinaryIO) -> Sequence[HttpRequest]:
        """Return none: what was fetched is all that there is."""
        del batch, results
        return ()

    def _window(self, shard: Shard) -> float:
        """Return the seconds to ask for: those of the shard, as far as the provider has such a window."""
        return min(max(shard.window or 0, self.limits.window), self.limits.longest_window)

    def _request(self, path: str, body: bytes | None = None) -> HttpRequest:
        method = "GET" if body is None else "POST"
        return HttpRequest(
            url=self._endpoint.address(path), body=body or b"", headers=dict(self._endpoint.headers), method=method
        )

    @abstractmethod
    def _batch(self, body: JsonObject) -> RemoteBatch:
        """Return a batch as the provider describes it; raise BatchRefusedError if it cannot be understood."""

    def _created(self, body: JsonObject) -> float | None:
        """Return when a batch was created."""
        return moment(body.get("created_at"))

    def _understood(self, body: JsonObject) -> RemoteBatch | None:
        try:
            return self._batch(body)
        except BatchRefusedError:
            return None


class ListedFlow(BaseFlow):
    """A flow whose provider lists batches in pages."""

    _newest_first = True  # whether the list is in this order

    @abstractmethod
    def _pages(self) -> tuple[str, Callable[[JsonObject], Page]]:
        """Return the path of the list of batches, and what reads a page of it."""

    def list_all(self, since: float) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the batches created since a time, without those that were refused or cannot be understood."""

        def is_understood(body: JsonObject) -> bool:
            created = self._created(body)
            return (created is None or created >= since) and self._understood(body) is not None

        return self._walk(since, is_understood)

    def _search(self, shard: Shard, is_ours: Callable[[JsonObject], bool]) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the batches that are the shard's in a list, back to when its submission was begun if that is ordered.

        Those that are not its own may be in a state that is not known. Those that were refused are left out: nothing
        of them ran, and the shard may have been sent again since.
        """
        return self._walk(begun_before(shard), is_ours)

    def _walk(self, since: float, wanted: Callable[[JsonObject], bool]) -> Exchanges[Sequence[RemoteBatch]]:
        found: list[RemoteBatch] = []
        path, page_of = self._pages()
        following: str | None = path
        for _ in range(_MOST_PAGES):
            if following is None:
                break
            listed, following = page_of(object_in((yield self._request(following)), self._endpoint))
            batches = [obj(each) for each in listed]
            asked_for = [self._batch(each) for each in batches if wanted(each)]
            found += [each for each in asked_for if each.state != "refused"]
            times = [time for each in batches if (time := self._created(each)) is not None]
            if not batches or (self._newest_first and (not times or min(times) < since)):
                break
        return found


def begun_before(shard: Shard) -> float:
    """Return the earliest time that a provider's clock may have shown when the shard's submission was begun."""
    return shard.created - _SKEW
