"""Choose the corpus of the compression gate from a folder of JSON lines: `make_corpus.py FOLDER`, by hand, not in CI.

The rule: of what may be shipped, the items of each kind in the order of the SHA-256 of their ids, each taken when the
lines of its kind then stay within BUDGET bytes (a kind none of whose items fits has its smallest); of languages, the
first of each. It knows nothing of what scrimp makes of an item.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent.parent / "tests" / "compress" / "data" / "corpus"
FILES = ("data.jsonl", "docs.jsonl", "prompts.jsonl", "qa.jsonl")
BUDGET = 13_000
KINDS = {
    "json_array": "json_array", "json_nested": "json_nested", "jsonl": "jsonl", "csv": "csv", "log": "command",
    "code": "code", "diff": "diff", "config": "config", "html": "html", "doc_md": "markdown", "changelog": "changelog",
    "issue": "issue", "email": "mail", "user_verbose": "verbose", "fewshot": "fewshot",
    "system_prompt": "system_prompt", "chat_history": "chat", "rag": "rag", "qa_article": "article",
    "multilingual": "multilingual",
}  # fmt: skip
# Of what the folder calls logs, these are; the rest is what commands print.
LOGS = ("python -v", "/var/log", "synthetic service log")
# Collections of other people's texts, whose own licence is not the collection's.
COLLECTIONS = {
    "RouteWorks/RouterArena", "lm-sys/RouteLLM", "stanford-futuredata/FrugalGPT", "WildEval/ZeroEval",
    "ulab-uiuc/LLMRouter", "automix-llm/automix",
}  # fmt: skip
OWN_RESULTS = {"csv-002"}  # what such a project measured itself: figures alone
WITHHELD = {
    "meeting-000", "meeting-001",  # of a set with a licence of its own
    "log-000", "log-001", "log-002", "log-008", "log-009",  # folders of a machine, descriptions and lines of others
    "changelog-000", "html-000", "html-001",  # names of products throughout
}  # fmt: skip
ROWS = "json_array-004"  # its records, each on a line, are the item of the kind jsonl
PERMITTED = {"own", "MIT", "Apache-2.0", "MIT/Apache-2.0", "BSD-3-Clause", "PSF-2.0", "CC-BY-SA-4.0"}


def main() -> int:
    folder = Path(sys.argv[1])
    items = [json.loads(line) for name in FILES for line in (folder / name).read_text("utf-8").split("\n") if line]
    items += [as_rows(item) for item in items if item["id"] == ROWS]
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for item in sorted(filter(may_be_shipped, items), key=lambda item: sha256(item["id"].encode()).digest()):
        by_kind.setdefault(kind(item), []).append(row(item))
    CORPUS.mkdir(parents=True, exist_ok=True)
    total = 0
    for name, rows in sorted(by_kind.items()):
        chosen = "".join(first_of_each_language(rows) if name == "multilingual" else within_budget(rows))
        (CORPUS / f"{name}.jsonl").write_text(chosen, "utf-8")
        total += len(chosen.encode())
        print(f"{name}: {chosen.count(chr(10))} of {len(rows)}, {len(chosen.encode())} bytes")
    print(f"all: {total} bytes")
    return 0


def may_be_shipped(item: dict[str, Any]) -> bool:
    source = item["source"]
    own = source["repo"] not in COLLECTIONS or item["id"] in OWN_RESULTS
    return item["type"] in KINDS and own and item["id"] not in WITHHELD and source["licence"] in PERMITTED


def as_rows(item: dict[str, Any]) -> dict[str, Any]:
    records = json.loads(item["text"])["results"]
    text = "".join(json.dumps(record) + "\n" for record in records)
    return {**item, "id": f"{ROWS}-rows", "type": "jsonl", "text": text}


def kind(item: dict[str, Any]) -> str:
    return "log" if item["source"]["file"].startswith(LOGS) else KINDS[item["type"]]


def row(item: dict[str, Any]) -> dict[str, Any]:
    kept = {key: item[key] for key in ("question", "answers", "gold_sentence") if key in item}
    must = item["must_keep"].get("must", [])
    return {"id": item["id"], "kind": kind(item), "text": item["text"], "must": must, **kept, "source": item["source"]}


def within_budget(rows: list[dict[str, Any]]) -> Iterable[str]:
    taken, left = [], BUDGET
    for text in map(line, rows):
        if len(text.encode()) <= left:
            taken.append(text)
            left -= len(text.encode())
    return taken or [min(map(line, rows), key=len)]


def first_of_each_language(rows: list[dict[str, Any]]) -> Iterable[str]:
    return {item["source"]["file"]: line(item) for item in reversed(rows) if "question" in item}.values()


def line(item: dict[str, Any]) -> str:
    return json.dumps(item, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
