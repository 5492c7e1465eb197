"""Results in a file of outputs and a file of errors, and chat completions: as OpenAI and Mistral have them."""

from __future__ import annotations

from typing import Any

import msgspec

from batch_servers.answers import chat_completion, prompt_of
from batch_servers.file_server import FileServer
from batch_servers.outcomes import Batch, Fate, Item, Phase
from batch_servers.wire import Reply, Request, as_json
from fake_provider import as_events


class ResultFiles(FileServer):
    """A batch API that leaves two files, either of which may be missing."""

    tells_unfinished = True  # the error file has a line for each request that was not run

    def ended(self, batch: Batch) -> None:
        output, errors = [], []
        for item, fate in self.told(batch):
            (errors if fate.expired or fate.status >= 400 else output).append(self.line(batch, item, fate))
        output += [self.line(batch, item, Fate(200)) for item in self.strangers(batch)]
        if self.tells_unfinished and batch.phase is not Phase.FAILED:
            errors += [self.unfinished_line(item, batch.phase) for item in batch.left]
        for lines, field, purpose in ((output, "output_file", "output"), (errors, "error_file", "error")):
            if lines:
                name = f"{batch.id}_{purpose}.jsonl"
                setattr(batch, field, self.keep(name, "batch_output", b"".join(lines)).id)

    def line(self, batch: Batch, item: Item, fate: Fate) -> bytes:
        """Return the line of a request that was run."""
        if fate.garbled:
            return b'{"id": "batch_req_garbled", "custom_id": "\n'
        if fate.expired:
            return self.unfinished_line(item, Phase.EXPIRED)
        body: dict[str, Any] | None = None
        if fate.status == 200:
            body = chat_completion(batch.model, item.body, self.answer)
        elif fate.status >= 400:
            body = msgspec.json.decode(self.error(fate.status, fate.code, f"failed with {fate.status}").body)
        response = {"status_code": fate.status, "request_id": f"req_{item.position}" if body else "", "body": body}
        return _line(item, response, None)

    def unfinished_line(self, item: Item, phase: Phase) -> bytes:
        code = "batch_expired" if phase is Phase.EXPIRED else "batch_cancelled"
        return _line(item, None, {"code": code, "message": f"This request was not run: {code}."})

    def live(self, request: Request) -> Reply:
        body = msgspec.json.decode(request.body)
        self.live_run(body["model"], prompt_of(body))
        reply = as_json(chat_completion(body["model"], body, self.answer))
        if not body.get("stream"):
            return reply
        status, headers, data = as_events((reply.status, reply.headers, reply.body))
        return Reply(status, data, headers)


def _line(item: Item, response: dict[str, Any] | None, error: dict[str, str] | None) -> bytes:
    line = {"id": f"batch_req_{item.position}", "custom_id": item.custom_id, "response": response, "error": error}
    return msgspec.json.encode(line) + b"\n"
