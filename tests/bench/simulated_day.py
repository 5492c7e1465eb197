"""What a day of support tickets costs with scrimp, cause by cause, beside the flagship for everything.

    python tests/bench/simulated_day.py [--rows 20000]

Four in ten tickets are labeled live, in runs of an hour's tickets; two in ten get a letter, live; four in ten are
labeled at night in a batch. Of either work three in ten repeat an earlier one. A system text of 3 000 tokens goes
before each. Prices are those of the shipped table; the provider is a server here that bills as OpenAI does
(bench/day/provider.py) and forgets its cache between runs. Every figure is from the ledger and the records of its runs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # tests/, as pytest has it

from bench.day.provider import DayProvider
from bench.day.tickets import Ticket, policy, tickets
from bench.home import clean_env
from bench.processes import CrashError

_HOURS, _LETTER_HOURS = 8, 4
_ZERO = Decimal(0)
_LABELS = "billing,shipping,returns,account,other"
_LABEL = "Answer with one label: billing, shipping, returns, account or other.\n\n{text}"
_LETTER = "Write the letter that answers this ticket.\n\n{text}\n\nThe order:\n{order}"
_FLAGSHIP = "gpt-6.2-sol"
_CONFIG = f"""\
[defaults]
baseline = "openai/{_FLAGSHIP}"
[providers.openai]
base_url = "{{url}}"
[batch]
poll = "0.2s"
"""


class Day(Struct):
    """The bills of a day's runs, what the ledger says that was paid, and the hits of the cache at flagship prices."""

    bills: list[dict[str, Any]]
    paid: Decimal
    hits: Decimal

    @property
    def flagship(self) -> Decimal:
        """What the flagship would have cost for all rows; the bills compare hits with what they cost before."""
        return sum((Decimal(bill["baseline"]["cost_usd"]) for bill in self.bills), self.hits) - self.saved_by("cache")

    @property
    def batches(self) -> Decimal:
        """What the calls in batches would have cost live."""
        return self.saved_by("batch") + Decimal(self.bills[-1]["cost_usd"])

    def saved_by(self, *causes: str) -> Decimal:
        """Return what the bills say that these causes saved."""
        return sum((Decimal(bill["baseline"]["saved_by_usd"][each]) for bill in self.bills for each in causes), _ZERO)

    def rows(self, kind: str) -> int:
        """Return how many rows were of a kind."""
        return sum(bill["rows"][kind] for bill in self.bills)


class Shop:
    """A home of scrimp, and a provider for it."""

    def __init__(self, folder: Path, provider: DayProvider) -> None:
        self._folder, self._provider = folder, provider
        self._env = clean_env(folder) | {"SCRIMP_HOME": str(folder / "home"), "OPENAI_API_KEY": "sk-day-0123456789"}
        (folder / "home").mkdir(mode=0o700)
        (folder / "home" / "config.toml").write_text(_CONFIG.format(url=provider.url))
        (folder / "policy.txt").write_text(policy())

    def run(self, name: str, rows: Iterable[Ticket], *words: str) -> dict[str, Any]:
        """Run tickets with a cold cache at the provider; return the bill."""
        file = self._folder / f"{name}.jsonl"
        file.write_text("".join(json.dumps({"text": row.text, "order": row.order}) + "\n" for row in rows))
        self._provider.cache.forget()
        ran = self._scrimp("run", file.name, "-s", "@policy.txt", "-o", f"{name}.out", "--summary", "json", *words)
        return dict(json.loads(ran.stderr.strip().splitlines()[-1], parse_float=str))

    def paid(self) -> Decimal:
        """Return what the ledger says that all calls cost."""
        return sum((Decimal(group["cost_usd"]) for group in self._json("cost")), Decimal(0))

    def at_the_flagship(self) -> Iterator[tuple[str, Decimal]]:
        """Yield each row's use of the cache, and what its tokens cost at the flagship's prices."""
        (price,) = [each for each in self._json("prices", "list", "openai") if each["model"] == _FLAGSHIP]
        for file in self._folder.glob("*.out"):
            for row in map(json.loads, file.read_text().splitlines()):
                usage = row["usage"]
                dollars = usage["input"] * Decimal(price["input"]) + usage["output"] * Decimal(price["output"])
                yield row["cache"], dollars / 1_000_000

    def _json(self, *words: str) -> list[dict[str, Any]]:
        return list(json.loads(self._scrimp(*words, "--json").stdout, parse_float=str))

    def _scrimp(self, *words: str) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            [sys.executable, "-m", "scrimp", *words], cwd=self._folder, env=self._env, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ran.returncode:
            raise CrashError(f"scrimp {' '.join(words)} ended with {ran.returncode}: {ran.stderr[-800:]}")
        return ran


def live_the_day(rows: int, folder: Path) -> Day:
    """Run the tickets of a day."""
    label = ("-t", _LABEL, "--choices", _LABELS)
    labeled, written = list(tickets(8 * rows // 10, seed=1)), list(tickets(2 * rows // 10, seed=2))
    live, night = labeled[: len(labeled) // 2], labeled[len(labeled) // 2 :]
    with DayProvider() as provider:
        shop = Shop(folder, provider)
        bills = [shop.run(f"labels-{hour}", some, *label) for hour, some in enumerate(_hours(live, _HOURS))]
        bills += [
            shop.run(f"letters-{hour}", some, "-t", _LETTER) for hour, some in enumerate(_hours(written, _LETTER_HOURS))
        ]
        bills.append(shop.run("night", night, *label, "--batch"))
        hits = sum((cost for use, cost in shop.at_the_flagship() if use == "hit"), _ZERO)
        return Day(bills, shop.paid(), hits)


def table(day: Day) -> str:
    """Return what was paid beside the flagship, each cause with its share of what the causes above it left.

    A row that is twice in a run saves what its one call cost; what its model and its batch saved is with the others.
    """
    left = day.flagship
    lines = [f"{'the flagship for everything':<34}{left:>10.4f}"]
    for what, saved, of, claim in (
        ("repeats", day.hits + day.saved_by("duplicates"), None, "30 % of repeats"),
        ("tiers", day.saved_by("routing"), None, "70 to 90 % by tiers"),
        ("compression", day.saved_by("compression"), None, "40 % of tokens"),
        ("other calls of a row", day.saved_by("other_attempts", "failed_rows"), None, ""),
        ("the provider's prompt cache", day.saved_by("provider_caching"), None, ""),
        ("batches, of what was in them", day.saved_by("batch"), day.batches, "50 % by batches"),
    ):
        lines.append(f"{what:<34}{-saved:>10.4f}{100 * saved / (of or left):>8.1f} %  {claim}".rstrip())
        left -= saved
    lines.append(f"{'paid':<34}{left:>10.4f}{100 * left / day.flagship:>8.1f} % of the flagship")
    lines.append(f"{'paid, as the ledger says':<34}{day.paid:>10.4f}")
    lines.append(f"{day.rows('total'):,} rows, {day.rows('hit'):,} from the cache, {day.rows('dup'):,} twice in a run")
    return "\n".join(lines)


def _hours(rows: Sequence[Ticket], hours: int) -> Iterable[Sequence[Ticket]]:
    size = -(-len(rows) // hours)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def main() -> None:
    """Live a day and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(table(live_the_day(given.rows, Path(folder))))


if __name__ == "__main__":
    main()
