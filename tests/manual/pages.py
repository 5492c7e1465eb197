"""The pages whose sessions are run, and what they are run against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import lockers
import problems
import recordings
from batch_servers import OpenAIBatches
from fake_provider import fake_provider
from manual.provider import answer, batch_answer
from manual.sessions import Session

ROOT = Path(__file__).parents[2]
PAGES = {"README": ROOT / "README.md"} | {
    path.name.removesuffix(".md"): path for path in sorted((ROOT / "src/scrimp/manual").glob("*.md"))
}


_BATCHES = "scrimp-batches.7"  # the page whose provider has a batch API


@contextmanager
def opened_session(folder: Path, page: str = "") -> Iterator[Session]:
    """Open a session whose openai is a server on this machine."""
    with OpenAIBatches(batch_answer) if page == _BATCHES else fake_provider(answer) as provider:
        session = Session(folder, {})
        config = session.home / ".config/scrimp/config.toml"
        config.parent.mkdir(parents=True)
        poll = '[batch]\npoll = "0.1s"\n' if page == _BATCHES else ""
        config.write_text(f'[providers.openai]\nbase_url = "{provider.url}"\n{poll}')
        (session.cwd / "recording.jsonl").write_text(recordings.text(recordings.rows(400)))
        (session.cwd / "lockers.jsonl").write_text(lockers.rows(range(200), lambda number: number % 99 == 3))
        (session.cwd / "prices.json").write_text(json.dumps(recordings.PRICES))
        problems.write(session.cwd)
        yield session
