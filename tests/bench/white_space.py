"""What `lossless` changes in files from elsewhere, judged by json, markdown-it and the kind of each file.

    PYTHONPATH=src:tests python tests/bench/white_space.py [--show N] [--most N] [--level LEVEL] FOLDER...

Programs, configuration, pages and CSV must keep every byte, alone and below a question; texts may lose white space
between the tokens of JSON that stands by itself, but none in Markdown's code; JSON must decode to the same. At most N
files of each extension are read, spread over the folders. At higher levels, programs and configuration are read only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from compress.property.judge import faults
from scrimp.compress import compress
from scrimp.render.tables import format_table

TEXTS = {"md", "rst", "txt", "markdown", ""}
RECORDS = {"json", "jsonl", "ndjson", "ipynb", "geojson", "map"}
EXACT = frozenset("""
    py pyi js mjs ts tsx jsx c h cc cpp hpp java go rs rb php pl pm sh bash zsh sql lua el hs r R kt scala swift cs vb
    yaml yml toml cfg ini conf tf html htm xml svg csv tsv css scss cob cbl f90 mk cmake tex m4 awk tcl dockerfile ps1
    makefile diff patch j2 erb proto graphql nix ex exs clj erl ml vim bat
""".split())  # noqa: SIM905 # fmt: skip
PAGES = frozenset(("html", "htm", "xml", "svg", "csv", "tsv"))
LARGEST = 400_000  # bytes
QUESTION = "Who is the owner?\n\n{}"


def kind_of(path: Path) -> str:
    name = path.name.lower()
    return name.split(".")[0] if name.startswith(("dockerfile", "makefile")) else path.suffix.removeprefix(".")


def chosen(folders: list[Path], most: int, kinds: Collection[str]) -> Iterator[Path]:
    """Yield at most so many files of each kind, spread evenly."""
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if kind_of(path) in kinds and path.is_file() and 0 < path.stat().st_size <= LARGEST:
                found[kind_of(path)].append(path)
    for paths in found.values():
        yield from paths[:: max(1, len(paths) // most)][:most]


def fault(kind: str, text: str, level: str) -> str | None:
    """Return what is wrong with the text compressed, or None."""
    for before in (text, QUESTION.replace("{}", text)):
        after = compress(before, level).text
        if after == before:
            continue
        if kind in EXACT and not is_json(text):
            return first_difference(before, after)
        if found := faults(before, after):
            return found[0]
        if kind not in RECORDS and markdown_code(before) != markdown_code(after):
            return f"code of Markdown differs: {first_difference(before, after)}"
        if kind in RECORDS and is_json(text) and json.loads(text) != json.loads(after[after.index(text[:1]) :]):
            return "decodes to something else"
    return None


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def markdown_code(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(text)
    return [token.content for token in tokens if token.type in ("fence", "code_block", "html_block")]


def first_difference(before: str, after: str) -> str:
    at = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(after))
    return f"{before[max(0, at - 100) : at + 60]!r}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=500)
    parser.add_argument("--level", default="lossless")
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("folders", nargs="+", type=Path)
    arguments = parser.parse_args()
    read, changed, wrong = Counter[str](), Counter[str](), defaultdict[str, list[tuple[Path, str]]](list)
    kinds = TEXTS | RECORDS | EXACT if arguments.level == "lossless" else EXACT - PAGES
    for path in chosen(arguments.folders, arguments.most, kinds):
        kind = kind_of(path)
        try:
            text = path.read_text("utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        read[kind] += 1
        changed[kind] += compress(text, arguments.level).text != text
        if (sentence := fault(kind, text, arguments.level)) is not None:
            wrong[kind].append((path, sentence))
    rows = [[kind or "none", str(read[kind]), str(changed[kind]), str(len(wrong[kind]))] for kind in sorted(read)]
    total = ["all", str(read.total()), str(changed.total()), str(sum(map(len, wrong.values())))]
    print(*format_table(["files", "read", "changed", "wrong"], [*rows, total], "lrrr", 80), sep="\n")
    for kind, found in wrong.items():
        for path, sentence in found[: arguments.show]:
            print(f"{kind}  {path}\n    {sentence}")
    sys.exit(any(wrong.values()))


if __name__ == "__main__":
    main()
