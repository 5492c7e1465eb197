"""The bill: what happened to the rows, what it cost, and what it would have cost without scrimp.

What was saved is an identity, kept to the last digit: the baseline's cost of all answered rows, less what they cost
now, is the sum of what routing, the cache, duplicates, compression and the provider's own cache saved. Routing is what
remains once the others are known, and it carries the cheap attempts of escalated rows and every call that was wasted.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from scrimp.render.tables import count, money, table
from scrimp.values import Answer, Answered, Entry, JsonObject, Outcome

_CAUSES = ("routing", "cache", "duplicates", "compression", "provider cache")


class Line(Struct):
    """One line of the bill, adding up."""

    rows: int = 0
    calls: int = 0
    input: int = 0
    output: int = 0
    cost: Decimal = Decimal(0)
    unpriced: int = 0

    def book(self, entry: Entry) -> None:
        """Add a call."""
        self.calls += 1
        if entry.usage is not None:
            self.input += entry.usage.input
            self.output += entry.usage.output
        if entry.cost is None:
            self.unpriced += 1
        else:
            self.cost += entry.cost


class Bill:
    """Adds outcomes up in constant memory."""

    def __init__(self, *, cap: Decimal | None = None, baseline: str | None = None) -> None:
        self._cap, self._baseline_name = cap, baseline
        self.rows = self.ok = self.failed = self.skipped = self.lost = 0
        self.first_failure: str | None = None
        self._hits, self._duplicates, self._wasted, self._without = Line(), Line(), Line(), Line()
        self._models: dict[str, Line] = {}
        self._baseline = Decimal(0)
        self._compared = self._incomparable = 0
        self._causes = dict.fromkeys(_CAUSES, Decimal(0))

    def add(self, outcome: Outcome) -> None:
        """Add one row."""
        self.rows += 1
        for entry in outcome.entries:
            self._book(entry)
        if isinstance(outcome, Answered):
            self.ok += 1
            self._line_of(outcome).rows += 1
            self._compare(outcome, outcome.answer)
            return
        self.failed += 1
        if self.first_failure is None:
            self.first_failure = f"{outcome.prompt.source}: {outcome.failure.message}"
        self.skipped += outcome.status == "skipped"
        self._without.rows += 1
        self._causes["routing"] -= _spent(outcome.entries)

    def _book(self, entry: Entry) -> None:
        if entry.status == "lost":
            self.lost += 1
        paid = entry.status in ("paid", "truncated")
        line = self._models.setdefault(f"{entry.provider}/{entry.model}", Line()) if paid else self._wasted
        line.book(entry)

    def _line_of(self, outcome: Answered) -> Line:
        if outcome.cache == "hit":
            return self._hits
        if outcome.cache == "dup":
            return self._duplicates
        last = next(entry for entry in reversed(outcome.entries) if entry.status in ("paid", "truncated"))
        return self._models[f"{last.provider}/{last.model}"]

    def _compare(self, outcome: Answered, answer: Answer) -> None:
        """Split what a row saved against the baseline by cause."""
        now = _spent(outcome.entries)
        if answer.baseline_cost is None or answer.cost is None:
            self._incomparable += 1
            self._causes["routing"] -= now
            return
        self._compared += 1
        self._baseline += answer.baseline_cost
        compression = answer.compression_saved or Decimal(0)
        provider = answer.provider_cache_saved or Decimal(0)
        self._causes["compression"] += compression
        self._causes["provider cache"] += provider
        self._causes["routing"] += answer.baseline_cost - answer.cost - compression - provider
        if outcome.cache in ("hit", "dup"):
            self._causes["cache" if outcome.cache == "hit" else "duplicates"] += answer.cost
        else:
            self._causes["routing"] += answer.cost - now

    @property
    def total(self) -> Decimal:
        """Dollars of all calls of the run whose cost is known."""
        return sum((line.cost for line in (*self._models.values(), self._wasted)), Decimal(0))

    @property
    def calls(self) -> int:
        """Calls that were sent."""
        return sum(line.calls for line in (*self._models.values(), self._wasted))

    @property
    def unpriced(self) -> int:
        """Calls that were paid for at a price nobody knows."""
        return sum(line.unpriced for line in self._models.values())

    @property
    def saved(self) -> Decimal:
        """What the baseline would have cost, less what was spent; negative where scrimp cost more."""
        return sum(self._causes.values(), Decimal(0))

    def _lines(self) -> Iterator[tuple[str, Line]]:
        named = [("cache hit", self._hits), ("duplicate", self._duplicates)]
        named += sorted(self._models.items(), key=lambda item: (-item[1].cost, item[0]))
        named += [("retries, lost", self._wasted), ("no completion", self._without)]
        return ((name, line) for name, line in named if line.rows or line.calls)

    def text(self, width: int = 80) -> list[str]:
        """Return the bill in lines of at most `width` columns."""
        rows = [_shown(name, line) for name, line in self._lines()]
        total = money(self.total) + (f" of {money(self._cap)}" if self._cap is not None else "")
        rows.append(("total", count(self.rows), count(self.calls), "", "", total))
        headers = ("", "rows", "calls", "tokens in", "out", "cost")
        return [*table(headers, rows, right="lrrrrr", width=width), *_wrapped(self._remarks(), width)]

    def _remarks(self) -> Iterator[str]:
        if self.unpriced:
            yield f"{_calls(self.unpriced)} of unknown price: not in the total."
        if self.lost:
            yield f"{_calls(self.lost)} lost without a whole reply: may have been billed, not in the total."
        if self.failed:
            yield f"{count(self.failed)} of {count(self.rows)} rows have no completion that may be used."
        yield from self._saving()

    def _saving(self) -> Iterator[str]:
        if not self._compared:
            if self.ok and self._baseline_name:
                yield f"Saving unknown: no price for the baseline {self._baseline_name}, or for the models that answered."
            return
        causes = [f"{name} {money(amount)}" for name, amount in self._causes.items() if amount]
        share = f" ({self.saved / self._baseline:.0%})" if self._baseline else ""
        left_out = f" {count(self._incomparable)} rows could not be compared." if self._incomparable else ""
        yield (
            f"Without scrimp, {self._baseline_name}: {money(self._baseline)}. Saved {money(self.saved)}{share}"
            + (f": {', '.join(causes)}." if causes else ".")
            + left_out
        )

    def as_json(self) -> JsonObject:
        """Return the bill for programs; dollars are strings, to the last digit."""
        lines: JsonObject = {
            name: {
                "rows": line.rows, "calls": line.calls, "input": line.input, "output": line.output,
                "cost_usd": _digits(line.cost), "unpriced": line.unpriced,
            }
            for name, line in self._lines()
        }  # fmt: skip
        causes: JsonObject = {name: _digits(amount) for name, amount in self._causes.items()}
        return {
            "v": 1, "rows": self.rows, "ok": self.ok, "failed": self.failed, "calls": self.calls, "lost": self.lost,
            "total_usd": _digits(self.total), "cap_usd": None if self._cap is None else _digits(self._cap),
            "unpriced_calls": self.unpriced, "lines": lines, "baseline": self._baseline_name,
            "baseline_usd": _digits(self._baseline) if self._compared else None,
            "saved_usd": _digits(self.saved) if self._compared else None, "saved_by": causes,
        }  # fmt: skip


def _spent(entries: tuple[Entry, ...]) -> Decimal:
    return sum((entry.cost for entry in entries if entry.cost is not None), Decimal(0))


def _shown(name: str, line: Line) -> tuple[str, ...]:
    cost = "?" if line.unpriced and not line.cost else money(line.cost)
    return name, count(line.rows), count(line.calls), count(line.input), count(line.output), cost


def _calls(number: int) -> str:
    return f"{count(number)} call{'' if number == 1 else 's'}"


def _digits(dollars: Decimal) -> str:
    return format(dollars.normalize(), "f") if dollars else "0"


def _wrapped(remarks: Iterator[str], width: int) -> list[str]:
    from textwrap import wrap  # noqa: PLC0415 - once, at the end

    return [line for remark in remarks for line in wrap(remark, width)]
