"""What all servers of batch APIs have in common: a scripted clock, faults, and a record of all that was done."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, ClassVar, Self

from batch_servers.answers import Answer, counted, echo, prompt_of, prompt_tokens, text_of
from batch_servers.faults import Faults, Refused, Step
from batch_servers.outcomes import DEFAULT_SCRIPT, EXPIRED_LINE, SUCCEEDED, Batch, Fate, Item, Phase
from batch_servers.record import Record, Run, Seen
from batch_servers.wire import Reply, Request, Wire


class BatchServer(Faults, Record):
    """A batch API; a test may set its attributes at any time."""

    root: ClassVar[str] = "/v1"  # path of its address
    routes: ClassVar[Sequence[tuple[str, str, Step, str]]]  # method, end of the path, step, name of the method
    max_requests: int
    max_bytes: int

    def __init__(self, answer: Answer = echo, *, clock: Callable[[], float] = time.time) -> None:
        Faults.__init__(self)
        Record.__init__(self)
        self.answer = answer
        self.clock = clock
        self.url = ""
        self.fates: dict[str, Fate | list[Fate]] = {}
        self.script: Sequence[Phase] = DEFAULT_SCRIPT
        self.scripts: list[Sequence[Phase]] = []  # of the next batches
        self.before: dict[str, Callable[[], object]] = {}
        self.after: dict[str, Callable[[], object]] = {}
        self.shuffled = True  # results come in another order than they were sent
        self.unknown_ids = 0  # results of requests that nobody sent, in each batch
        self.hidden_polls = 0  # 404s before a new batch is known
        self.hidden_lists = 0  # lists that leave a new batch out
        self.counts_off = 0  # added to what a batch counts as completed
        self.usage_off = 0  # added to the tokens that a batch names
        # OpenAI and Gemini: tokens of a model's prompts in batches that have not ended.
        self.enqueued_limit: int | None = None
        self._lock = threading.RLock()
        self._numbers = 0

    # What a test does and asks

    def advance(self, steps: int = 1) -> None:
        """Move every batch on, as so many polls would."""
        with self._lock:
            for _ in range(steps):
                for batch in self.batches.values():
                    self.move_on(batch)

    # What each API says in its own words

    def authorized(self, request: Request) -> bool:
        return request.headers.get("authorization", "").startswith("Bearer ")

    def ended(self, batch: Batch) -> None:
        """Write what a batch leaves behind when it ends."""

    def refuse_invalid(self, batch: Batch) -> None:
        """Look a batch through when its validation ends; refusals added to it fail it."""

    def invalid(self, body: dict[str, Any]) -> Fate | None:
        """Return how a request fails that the API looks at only while it runs it."""
        return None

    # The life of a batch

    def new_id(self, kind: str) -> str:
        """Return an id nobody has: numbers, so that they sort as they were made."""
        self._numbers += 1
        return f"{kind}{self._numbers:08}"

    def add_batch(self, batch_id: str, model: str, items: list[Item], given: dict[str, Any], file: str = "") -> Batch:
        batch = Batch(
            batch_id, self.clock(), model, items, self.next_script(), given, file,
            hidden_polls=self.hidden_polls, hidden_lists=self.hidden_lists,
        )  # fmt: skip
        self.add(batch)
        return batch

    def next_script(self) -> Sequence[Phase]:
        return self.scripts.pop(0) if self.scripts else self.script

    def add(self, batch: Batch) -> None:
        self.batches[batch.id] = batch
        self.enter(batch, batch.script[0])

    def polled(self, batch_id: str) -> Batch:
        """Return a batch that is asked for, moved on."""
        batch = self.batch(batch_id)
        if batch.hidden_polls > 0:
            batch.hidden_polls -= 1
            raise Refused(self.error(404, "", f"No batch found with id '{batch_id}'."))
        self.move_on(batch)
        return batch

    def batch(self, batch_id: str) -> Batch:
        if batch_id not in self.batches:
            raise Refused(self.error(404, "", f"No batch found with id '{batch_id}'."))
        return self.batches[batch_id]

    def listed(self) -> list[Batch]:
        """Return the batches that a list shows, newest first."""
        shown = []
        for batch in reversed(self.batches.values()):
            if batch.hidden_lists > 0:
                batch.hidden_lists -= 1
            else:
                shown.append(batch)
        return shown

    def move_on(self, batch: Batch) -> None:
        if batch.phase is Phase.CANCELLING:
            self.enter(batch, Phase.CANCELLED)
        elif not batch.phase.has_ended and batch.place + 1 < len(batch.script):
            batch.place += 1
            self.enter(batch, batch.script[batch.place])

    def enter(self, batch: Batch, phase: Phase) -> None:
        """Begin a phase: what is done by then is run, what ends is written down."""
        was, batch.phase = batch.phase, phase
        if was is Phase.VALIDATING and phase not in (Phase.VALIDATING, Phase.CANCELLING):
            self.refuse_invalid(batch)
        if batch.refusals:
            batch.phase = phase = Phase.FAILED
        batch.entered.setdefault(phase, self.clock())
        if phase is not Phase.FAILED:
            for item in batch.items[batch.finished : batch.due()]:
                self._run(batch, item)
        if phase.has_ended:
            self.ended(batch)

    def cancel(self, batch: Batch) -> None:
        """Stop a batch: what was run by now is kept and billed."""
        self.enter(batch, Phase.CANCELLING)

    def _run(self, batch: Batch, item: Item) -> None:
        body = item.body
        prompt, model = prompt_of(body), batch.model or body.get("model", "")
        item.fate = self.invalid(body) or self._fate(item.custom_id, prompt)
        batch.finished += 1
        if item.fate.status == 200:
            batch.succeeded += 1
            _, taken, given = counted(model, body, self.answer)
            batch.input_tokens += taken
            batch.output_tokens += given
        if not item.fate.expired:
            self.runs.append(Run(model, prompt, item.fate, item.custom_id, batch.id))

    def _fate(self, custom_id: str, prompt: str) -> Fate:
        for name in (prompt, custom_id, "*"):
            if name in self.fates:
                fate = self.fates[name]
                if isinstance(fate, Fate):
                    return fate
                return fate.pop(0) if fate else SUCCEEDED
        return SUCCEEDED

    def told(self, batch: Batch) -> Iterator[tuple[Item, Fate]]:
        """Yield the results of a batch, in the order in which they are told and each as often as it is."""
        items = batch.done
        if self.shuffled:
            items = random.Random(batch.id).sample(items, len(items))
        for item in items:
            fate = item.fate or EXPIRED_LINE
            for _ in range(fate.lines):
                yield item, fate

    def strangers(self, batch: Batch) -> list[Item]:
        """Return results that nobody asked for, like those of the first request but for the id."""
        return [
            Item(-1, f"nobody-sent-this-{n}", batch.items[0].raw, SUCCEEDED)
            for n in range(self.unknown_ids if batch.items else 0)
        ]

    def enqueued(self, model: str, but: Batch, *, waiting: bool = False) -> int:
        """Return the tokens of a model's prompts in other batches that have not ended and, unless `waiting`, began."""
        return sum(
            tokens_of(batch)
            for batch in self.batches.values()
            if batch is not but and batch.model == model and not batch.phase.has_ended
            and (waiting or batch.phase is not Phase.VALIDATING)
        )  # fmt: skip

    # Serving

    def serve(self, request: Request) -> Reply | None:
        """Answer a request; None hangs up."""
        with self._lock:
            step, function, found = self._route(request)
            planned = self.plan(step)
            if planned is not None and planned.reply is not None:
                reply = planned.reply
            else:
                self.before.get(step, int)()
                if planned is not None and planned.dropped:
                    self.seen.append(Seen(step, request.method, request.path, request.headers, 0))
                    return None
                reply = self._answered(request, function, found)
                self.after.get(step, int)()
            lost = planned is not None and planned.lost
            self.seen.append(Seen(step, request.method, request.path, request.headers, 0 if lost else reply.status))
        if lost:
            return None
        if planned is not None and planned.change is not None:
            return Reply(reply.status, planned.change(reply.body), reply.headers)
        if planned is not None and planned.cut_at is not None:
            return reply.cut(planned.cut_at, says_so=planned.says_so)
        return reply

    def _answered(self, request: Request, function: Callable[..., Reply], found: dict[str, str]) -> Reply:
        try:
            if not self.authorized(request):
                return self.error(401, "invalid_api_key", "Incorrect API key provided.")
            return function(request, **found)
        except Refused as refused:
            return refused.reply

    def _route(self, request: Request) -> tuple[Step, Callable[..., Reply], dict[str, str]]:
        for method, pattern, step, name in self.routes:
            found = re.fullmatch(rf"(?:/.*)?{pattern}", self.target(request))
            if found is not None and method == request.method:
                return step, getattr(self, name), found.groupdict()
        return Step.OTHER, self._unknown, {}

    def target(self, request: Request) -> str:
        """Return what routes are compared with."""
        return request.path

    def _unknown(self, request: Request) -> Reply:
        return self.error(404, "unknown_url", f"Unknown request URL: {request.method} {request.path}")

    def live_run(self, model: str, prompt: str) -> None:
        self.runs.append(Run(model, prompt, SUCCEEDED))

    def __enter__(self) -> Self:
        self._wire = Wire(self.serve)
        self.url = self._wire.url + self.root
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wire.close()


def tokens_of(batch: Batch) -> int:
    return sum(prompt_tokens(text_of(item.body)) for item in batch.items)
