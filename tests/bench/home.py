"""scrimp in a directory of its own: its stores, its config, a key that opens nothing, and rows to run."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from bench.processes import CrashError, Spent, peak, spend

_CONFIG = """\
[providers.fake]
dialect = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"

[tiers]
simple = ["fake/test-model"]
medium = ["fake/test-model"]
high = ["fake/test-model"]

[models."fake/test-model"]
price = {{ input = 1.0, output = 10.0 }}
"""


def installed(name: str) -> str | None:
    """Return the path of a program, that of this interpreter's environment first."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def clean_env(folder: Path) -> dict[str, str]:
    """Return an environment in which no key, proxy or config of the user is seen."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ}
    return kept | {"HOME": str(folder), "LLM_USER_PATH": str(folder / "llm")}


def prompt(index: int) -> str:
    """Return a prompt unlike all others, of a length that labels usually have."""
    return (
        f"Is the review in ticket {index} positive or negative? The parcel came {index % 29} days late, but the "
        "blender crushes ice without any trouble and cleans up in seconds. Answer with one word."
    )


class Home:
    """One installation's state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._out = folder / "out.jsonl"
        folder.mkdir(mode=0o700, parents=True)
        self.env = clean_env(folder) | {"SCRIMP_HOME": str(folder), "FAKE_KEY": "sk-fake-0123456789abcdef"}

    def configure(self, url: str) -> None:
        """Send every tier to one provider."""
        (self.folder / "config.toml").write_text(_CONFIG.format(url=url), encoding="utf-8")

    def rows(self, count: int) -> Path:
        """Return a file with the first `count` prompts, a JSON object a line."""
        path = self.folder / f"rows-{count}.jsonl"
        if not path.exists():
            with path.open("w", encoding="utf-8") as file:
                file.writelines(json.dumps({"id": index, "prompt": prompt(index)}) + "\n" for index in range(count))
        return path

    def scrimp(self, *words: str) -> Spent:
        """Run scrimp to its end."""
        return spend([*_program(), *words], env=self.env, cwd=self.folder)

    def run(self, count: int, *words: str, in_flight: int, limit: float | None = None) -> Spent:
        """Run the first `count` prompts into a file, and see that each has its row; `limit` is in seconds."""
        spent = spend([*self._command(count, in_flight), *words], env=self.env, cwd=self.folder, limit=limit)
        self._check(count)
        return spent

    def peak(self, count: int, *, in_flight: int) -> int:
        """Do the same, and return the most memory it held, in bytes."""
        held = peak(self._command(count, in_flight), env=self.env, cwd=self.folder)
        self._check(count)
        return held

    def _command(self, count: int, in_flight: int) -> list[str]:
        self._out.unlink(missing_ok=True)
        return [*_program(), "run", str(self.rows(count)), "-j", str(in_flight), "-o", str(self._out)]

    def _check(self, count: int) -> None:
        with self._out.open("rb") as file:
            written = sum(1 for _ in file)
        if written != count:
            raise CrashError(f"scrimp run wrote {written} rows of {count}")


def _program() -> list[str]:
    program = installed("scrimp")
    return [program] if program else [sys.executable, "-m", "scrimp"]
