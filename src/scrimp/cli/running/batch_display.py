"""How far the batches of a job are: bars at a terminal, a line now and then elsewhere, JSON lines for programs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from scrimp.cli.printing import flush, print_json
from scrimp.flows.batch.timing.cheap_hours import hour_of
from scrimp.render.decimal_json import encode_json
from scrimp.render.streams import try_write_line
from scrimp.units import format_clock, pluralize

if TYPE_CHECKING:
    from scrimp.cli.session import Session
    from scrimp.flows.batch.shards.progress import BatchProgress, JobProgress
    from scrimp.render.live_bars import Bar, LiveBars
    from scrimp.render.progress import Progress

_LEAST = 10.0  # seconds between two lines, and the part of a job's age: a day is told in some hundred lines
_PART = 20
_QUIET = 60.0  # seconds without news before the display says so
_SILENCE = 3600.0  # after which a line says that there is nothing new
_MOST_BARS = 8  # bars of single batches, below the bar of the job
_WAITS = {
    "ready": "not sent yet", "uploading": "uploading", "uploaded": "uploaded", "creating": "being created",
    "held": "waits for room", "queued": "in a queue", "fetching": "results to come",
}  # fmt: skip


class BatchDisplay:
    """The base of the displays: takes the progress of a job again and again, and shows nothing."""

    def __init__(self, session: Session, under: Progress) -> None:
        """`under` shows the rows, and gets out of the way."""
        self._session, self._under, self._clock = session, under, session.services.clock
        self._now: JobProgress | None = None
        self._news = self._clock()  # when something was new for the last time

    def tell(self, progress: JobProgress) -> None:
        """Take the progress of the job, as it was just looked up."""
        is_new = progress != self._now
        self._news = self._clock() if is_new else self._news
        self._now = progress
        self._show(progress, is_new=is_new)
        if progress.ended == len(progress.batches) and not progress.waiting:
            self.close()

    def close(self) -> None:
        """End the display for now: rows follow, all batches have ended, or the command stops waiting."""

    def _show(self, progress: JobProgress, *, is_new: bool) -> None:
        """Show it; `is_new` where it is not as it was."""


class BatchLines(BatchDisplay):
    """A line at first, at the end of each batch, and now and then: less often the older the job is."""

    def __init__(self, session: Session, under: Progress) -> None:
        super().__init__(session, under)
        self._said: JobProgress | None = None
        self._said_at = self._clock()

    def _show(self, progress: JobProgress, *, is_new: bool) -> None:
        now = self._clock()
        passed, age = now - self._said_at, now - progress.begun
        if not in_words(progress, now):
            is_due = False
        elif is_new:
            is_due = self._said is None or progress.waiting > 0 or progress.ended != self._said.ended
            is_due = is_due or passed >= max(_LEAST, age / _PART)
        else:
            is_due = passed >= _SILENCE
        if is_due:
            self._say(progress)

    def _say(self, progress: JobProgress) -> None:
        now = self._clock()
        quiet = now - self._news
        more = f", nothing new for {format_clock(quiet)}" if quiet >= _SILENCE else ""
        self._session.messages.note(in_words(progress, now) + more)
        self._said, self._said_at = progress, now

    def close(self) -> None:
        """Say what has not been said."""
        if self._now is not None and self._now != self._said and in_words(self._now, self._clock()):
            self._say(self._now)


class BatchJson(BatchDisplay):
    """A JSON object for each look at the job."""

    def __init__(self, session: Session, under: Progress, write: Callable[[dict[str, object]], None]) -> None:
        super().__init__(session, under)
        self._write = write

    def _show(self, progress: JobProgress, *, is_new: bool) -> None:
        del is_new
        self._write(as_document(progress, self._clock(), self._news))


class BatchBars(BatchDisplay):
    """Bars that are redrawn each second, and a line once they are gone."""

    def __init__(self, session: Session, under: Progress) -> None:
        super().__init__(session, under)
        self._live: LiveBars | None = None

    def _show(self, progress: JobProgress, *, is_new: bool) -> None:
        if self._live is None and not (progress.batches or progress.waiting):
            return
        if self._live is None:
            from scrimp.render.live_bars import LiveBars  # rich, only where bars are drawn

            self._under.clear()
            self._live = LiveBars(sys.stderr, self._session.err, lambda: list(self._bars()))
            self._session.messages.redirect(self._live.print_message)
        elif is_new:
            self._live.refresh()

    def close(self) -> None:
        """Erase the bars, and say how far the job was."""
        if self._live is None or self._now is None:
            return
        self._live.close()
        self._live = None
        self._session.messages.redirect(self._under.print_message)
        if words := in_words(self._now, self._clock()):
            self._session.messages.note(words)

    def _bars(self) -> Iterator[Bar]:
        """Yield the bar of the job and, where it has several batches, those of the batches that have not ended."""
        from scrimp.render.live_bars import Bar

        job, now = self._now, self._clock()
        if job is None:
            return
        quiet = now - self._news
        if job.waits_until is not None and now < job.waits_until:
            yield Bar(
                label=f"waits for {hour_of(job.waits_until)}", done=0, failed=0, total=job.waiting,
                age=f"{format_clock(job.waits_until - now)} left",
            )  # fmt: skip
        if not job.batches:
            return
        yield Bar(
            label=f"{job.ended} of {pluralize(len(job.batches), 'batch')} ended", done=job.answered, failed=job.failed,
            total=job.requests, age=format_clock(now - job.begun),
            note=f"nothing new for {format_clock(quiet)}," if quiet >= _QUIET else "",
        )  # fmt: skip
        still_open = [batch for batch in job.batches if batch.state != "fetched"]
        if len(job.batches) == 1:
            return
        for batch in still_open[:_MOST_BARS]:
            yield Bar(
                label=f"{_short(batch.batch, job.job)} {batch.model}", done=batch.answered, failed=batch.failed,
                total=batch.requests, note=_state(batch), age=format_clock(now - batch.begun),
            )  # fmt: skip
        if rest := still_open[_MOST_BARS:]:
            yield Bar(
                label=f"{len(rest)} more", done=sum(batch.answered for batch in rest),
                failed=sum(batch.failed for batch in rest), total=sum(batch.requests for batch in rest),
            )  # fmt: skip


def in_words(progress: JobProgress, now: float) -> str:
    """Return how far a job is, in one line."""
    failed = f", {progress.failed:,} failed" if progress.failed else ""
    waits = ""
    if progress.waiting and progress.waits_until is not None:
        waits = f"{pluralize(progress.waiting, 'request')} wait for {hour_of(progress.waits_until)}"
    if not progress.batches:
        return waits
    ended = f"{progress.ended} of {pluralize(len(progress.batches), 'batch')} ended"
    answered = f"{progress.answered:,} of {pluralize(progress.requests, 'request')} answered{failed}"
    return f"{waits}{waits and ', '}{ended}, {answered}, {format_clock(now - progress.begun)}"


def as_document(progress: JobProgress, now: float, news: float) -> dict[str, object]:
    """Return how far a job is, for a program; `news` is when something was new for the last time."""
    return {
        "event": "batches", "job": progress.job, "batches": len(progress.batches), "ended": progress.ended,
        "requests": progress.requests, "answered": progress.answered, "failed": progress.failed,
        "seconds": round(now - progress.begun, 1), "seconds_without_news": round(now - news, 1),
        "waiting": progress.waiting, "waits_until": progress.waits_until,
        "each": [
            {
                "batch": batch.batch, "provider": batch.provider, "model": batch.model, "id": batch.id,
                "state": batch.state, "word": batch.word, "requests": batch.requests, "answered": batch.answered,
                "failed": batch.failed, "seconds": round((batch.ended or now) - batch.begun, 1),
            }
            for batch in progress.batches
        ],
    }  # fmt: skip


def open_display(session: Session, under: Progress, mode: str, *, to_stdout: bool) -> BatchDisplay:
    """Return the display of a job's progress; `mode` is the mode of --progress."""
    if to_stdout:
        return BatchJson(session, under, _print_document)
    if mode in ("auto", "bar"):
        mode = "bar" if session.err.movable_cursor else "lines"
    if mode == "json":
        return BatchJson(session, under, lambda document: try_write_line(sys.stderr, encode_json(document).decode()))
    kinds: dict[str, type[BatchDisplay]] = {"bar": BatchBars, "lines": BatchLines, "none": BatchDisplay}
    return kinds[mode](session, under)


def _print_document(document: dict[str, object]) -> None:
    print_json(document)
    flush()


def _short(batch: str, job: str) -> str:
    """Return the name of a batch without its job, or the end of that of another job."""
    return batch.removeprefix(f"{job}-") if batch.startswith(job) else f"..{batch[-10:]}"


def _state(batch: BatchProgress) -> str:
    if batch.state == "submitted":
        return batch.word or "submitted"
    return _WAITS.get(batch.state, batch.state)
