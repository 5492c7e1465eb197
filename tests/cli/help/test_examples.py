"""Every example of a command's page runs as it is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from manual.pages import opened_session
from manual.sessions import Step
from scrimp.cli.help.examples import EXAMPLES
from scrimp.cli.startup.lazy_group import COMMANDS

FILES = {
    "reviews.csv": 'id,review\nr1,It never broke.\nr2,"Loud, but good."\n',
    "cities.csv": "Paris,2100000\nOsaka,2700000\nLyon,500000\n",
    "article.txt": "Ada Lovelace wrote the first program. It rained. Grace Hopper founded the language COBOL.\n",
    "services.json": json.dumps([{"name": name, "port": 80, "up": True} for name in "abcdef"], indent=2),
    "photos.csv": "id,photo\np1,jug.png\np2,https://example.com/cracked.jpg\n",
    "data.json": '[{"id": "openai", "models": [{"id": "m", "match": {"equals": "m"}, "prices": {"input_mtok": 1}}]}]',
    "model_prices_and_context_window.json": '{"m": {"litellm_provider": "openai", "input_cost_per_token": 1e-06}}',
    "jug.png": "\x89PNG\r\n\x1a\n", "invoice.pdf": "%PDF-1.7\n",
}  # fmt: skip


def test_every_command_but_those_with_examples_in_their_page_has_an_example() -> None:
    assert set(COMMANDS) - set(EXAMPLES) == {"tune"}  # scrimp-tuning(7) shows its commands in their order


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run_as_they_are_written(name: str, tmp_path: Path) -> None:
    with opened_session(tmp_path) as session:
        for file, text in FILES.items():
            (session.cwd / file).write_bytes(text.encode("latin-1"))
        session.env |= {"OPENAI_API_KEY": "sk-proj-0123456789", "GIT_DIR": "none"}
        (session.home / ".config/scrimp/config.toml").rename(session.cwd / "scrimp.toml")  # for config init
        session.take(Step("scrimp config trust .", ()))
        if name == "runs":
            session.take(Step("scrimp run reviews.csv -q", ()))
            shutil.copytree(session.home / ".local/share/scrimp", session.cwd / "node-1")
        for example in EXAMPLES[name]:
            shown = session.take(Step(f"{example.command}\necho status $?", ()))
            status = 2 if name == "local" else 0  # it is not installed here
            assert shown[-1] == f"status {status}", "\n".join([example.command, *shown])
            if name in ("run", "ask"):
                assert len(shown) > 1
