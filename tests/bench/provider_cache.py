"""What providers' prompt caches save of a run: 200 rows behind a system text of 6 000 tokens, with and without.

    python tests/bench/provider_cache.py [--rows 200]

The providers are servers here that bill caches as their vendors say; a token is four characters. Gemini reads what it
keeps by itself in one call of four. Prices are those of the shipped table, dollars those of the bill. The second table
has what `scrimp estimate` expected of each run, as a share more or less than was paid: without caches that is what
tokens of another size come to, "blind" is an estimate that does not count on the cache of the run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # tests/, as pytest has it

from batch_servers import AnthropicBatches
from bench.home import clean_env
from caching_provider import ClaudeCache, GeminiCache, GptCache, QwenCache
from fake_provider import fake_provider

SYSTEM = "You answer tickets of a shop. " * 800
WAYS = (
    ("anthropic/claude-haiku-5-5", "live", ()), ("anthropic/claude-opus-5-5", "live", ()),
    ("openai/gpt-6-luna", "live", ()), ("qwen/qwen-plus", "live", ()), ("gemini/gemini-3.8-flash", "live", ()),
    ("anthropic/claude-haiku-5-5", "batch", ("--batch",)),
)  # fmt: skip


@contextmanager
def server(model: str, way: str) -> Iterator[str]:
    """Run a provider with an empty cache and give its address."""
    if way == "batch":
        with AnthropicBatches() as running:
            yield running.url
        return
    caches = {"anthropic": ClaudeCache, "openai": GptCache, "qwen": QwenCache, "gemini": partial(GeminiCache, every=4)}
    with fake_provider(caches[model.partition("/")[0]]().answer) as provider:
        provider.delay = 0.05
        yield provider.url


def paid(model: str, way: str, flags: tuple[str, ...], rows: int, mode: str) -> tuple[dict[str, Any], float, Decimal]:
    """Return the bill of a run in a new home, its seconds, and what an estimate expected it to cost."""
    with tempfile.TemporaryDirectory() as folder, server(model, way) as url:
        home, provider = Path(folder), model.partition("/")[0]
        (home / "config.toml").write_text(
            f'[defaults]\nprovider_cache = "{mode}"\n[providers.{provider}]\nbase_url = "{url}"\n'
            'key_env = "BENCH_KEY"\n[batch]\npoll = "0.02s"\n'
        )
        (home / "rows.txt").write_text("".join(f"ticket {number}\n" for number in range(rows)))
        env = clean_env(home) | {"SCRIMP_HOME": folder, "BENCH_KEY": "sk-bench-0123456789"}
        words = ("rows.txt", "-m", model, "--system", SYSTEM, "--max-output", "2")
        estimated = subprocess.run(
            [sys.executable, "-m", "scrimp", "estimate", *words, "--json"], cwd=home, env=env, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ).stdout  # fmt: skip
        offers = json.loads(estimated, parse_float=Decimal)["offers"]
        (offer,) = [each for each in offers if each["tier"] is None]
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "scrimp", "run", *words, "-o", "out.jsonl", "--summary-file", "bill.json",
             "--summary", "none", *flags], cwd=home, env=env, check=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        seconds = time.monotonic() - began
        bill: dict[str, Any] = json.loads((home / "bill.json").read_text(), parse_float=Decimal)
        return bill, seconds, Decimal(offer["batch" if way == "batch" else "expected"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200)
    rows = parser.parse_args().rows
    print(f"{'model':28} {'way':6} {'without':>12} {'with':>12} {'less':>6} {'the bill says':>14} {'seconds':>14}")
    errors = []
    for model, way, flags in WAYS:
        (off, slow, blind), (auto, fast, expected) = (paid(model, way, flags, rows, mode) for mode in ("off", "auto"))
        without, with_cache = Decimal(off["cost_usd"]), Decimal(auto["cost_usd"])
        told = auto["baseline"]["saved_by_usd"]["provider_caching"]
        print(
            f"{model:28} {way:6} {without:>12.6f} {with_cache:>12.6f} {1 - with_cache / without:>6.1%} {told:>14.6f} "
            f"{slow:>6.1f} {fast:>6.1f}"
        )
        shares = (blind / without - 1, blind / with_cache - 1, expected / with_cache - 1)
        errors.append(f"{model:28} {way:6} " + " ".join(f"{share:>+12.1%}" for share in shares))
    print(f"\n{'model':28} {'way':6} {'no caches':>12} {'blind':>12} {'estimated':>12}")
    print("\n".join(errors))


if __name__ == "__main__":
    main()
