"""How --dry-run shows requests: JSON lines in a pipe, as they go over the wire at a terminal; never a key."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from scrimp.cli.printing import print_line
from scrimp.config.secret_patterns import may_hold_secret
from scrimp.config.sources.load import custom_header_names
from scrimp.flows.previews.dry_run import DryRow, dry_rows
from scrimp.regexes import pattern
from scrimp.values import Prompt

if TYPE_CHECKING:
    from scrimp.cli.session import Session
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.transport.http.request_recorder import RecordedRequest

_DEFAULT_ROWS = 3
_NOTHING_TO_SEND = 4
_HIDDEN = "***"
_CONTENT = r"[A-Za-z0-9+/]{512,}={0,2}"  # base64


def print_requests(session: Session, prompts: Iterator[Prompt], options: RunOptions, *, limit: int | None) -> int:
    """Print what would be sent for the prompts, or for the first three without a limit; return the exit status."""
    shown = obstacles = 0
    first = islice(prompts, _DEFAULT_ROWS) if limit is None else prompts
    for row in dry_rows(first, options, session.services):
        shown += 1
        obstacles += row.obstacle is not None
        lines = _readable(session, row) if session.out.terminal else _json_lines(session, row)
        for line in lines:
            print_line(line)
    more = limit is None and next(prompts, None) is not None
    session.messages.note(
        f"nothing was sent{f'; these are the first {shown} rows: --limit shows more' if more else ''}"
    )
    return _NOTHING_TO_SEND if shown and obstacles == shown else 0


def _json_lines(session: Session, row: DryRow) -> Iterator[str]:
    """Yield a line for each request; the body is byte for byte what would be sent."""
    head: dict[str, object] = {"index": row.prompt.index, "id": row.prompt.id, "cache": row.cache}
    if not row.requests:
        obstacle = {"error": session.services.keys.redact(row.obstacle)} if row.obstacle else {}
        yield msgspec.json.encode(head | obstacle).decode()
    for request in row.requests:
        sent = {"method": request.method, "url": _url(session, request), "headers": _headers(session, request)}
        yield msgspec.json.encode(head | sent | {"body": Raw(request.body)}).decode()


def _readable(session: Session, row: DryRow) -> Iterator[str]:
    name = row.prompt.id or row.prompt.source
    if not row.requests:
        why = {"hit": "cached: nothing is sent", "dup": "equal to an earlier row: it is sent once"}
        yield f"# {name}: {session.services.keys.redact(row.obstacle or why.get(row.cache, ''))}"
    for request in row.requests:
        yield f"# {name}"
        yield f"{request.method} {_url(session, request)}"
        yield from (f"{header}: {value}" for header, value in _headers(session, request).items())
        yield ""
        body = msgspec.json.format(request.body, indent=2).decode()
        yield _abbreviated(body) if row.prompt.attachments else body
        yield ""


def _abbreviated(body: str) -> str:
    """Return a body with its files cut short, which would fill the screen."""
    return pattern(_CONTENT).sub(lambda match: f"{match[0][:40]}... ({len(match[0]):,} characters)", body)


def _headers(session: Session, request: RecordedRequest) -> dict[str, str]:
    """Return the headers, with those hidden that hold a key, or might by their name."""
    hidden = set(filter(may_hold_secret, request.headers)) | request.secret
    hidden |= custom_header_names(session.services.loaded.origins)
    return {
        name: _HIDDEN if name in hidden else session.services.keys.redact(value)
        for name, value in request.headers.items()
    }


def _url(session: Session, request: RecordedRequest) -> str:
    """Return the URL without a password or a key in it."""
    scheme, separator, rest = request.url.partition("://")
    host, slash, path = rest.partition("/")
    name, at, bare = host.rpartition("@")
    shown = f"{scheme}{separator}{_HIDDEN if name else ''}{at}{bare}{slash}{path}"
    return session.services.keys.redact(shown)
