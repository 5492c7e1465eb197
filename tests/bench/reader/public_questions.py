"""Questions of public sets as a folder that `run.py` reads: those by which focus is measured, with short answers.

    python tests/bench/reader/public_questions.py DATA FOLDER [--held-out]
    python tests/bench/reader/run.py FOLDER --passages 9 --arm whole --arm "focus 0.6" --arm "sentences 0.6"

DATA is the folder of texts that `bench/focus` reads. `short_answers.jsonl` has an answer for each question, taken from
its passages or, where two facts make it, following from them; the questions and passages are those of
`bench/focus/questions.jsonl`, which says where they come from. With `--held-out` only those that nothing was tuned on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # tests/, as pytest has it

from bench.focus.sets import sets
from bench.reader.questions import ASKED

SHORT_ANSWERS = Path(__file__).parent / "short_answers.jsonl"
_PUBLIC = ("NaturalQuestions", "HotpotQA")


def public_questions(data: Path, *, held_out: bool = False) -> Iterator[dict[str, Any]]:
    """Yield an item for each question: its passages labeled, then the question, and its answers."""
    known = {line["question"]: line["answers"] for line in map(json.loads, SHORT_ANSWERS.open(encoding="utf-8"))}
    for name in _PUBLIC:
        for number, asked in enumerate(sets(data)[name]):
            if asked.question not in known or (held_out and not asked.held_out):
                continue
            passages = "\n\n".join(f"Document [{n}]: {passage}" for n, passage in enumerate(asked.passages, 1))
            yield {
                "id": f"{name}-{number}", "type": "rag", "set": name, "text": f"{passages}{ASKED} {asked.question}",
                "question": asked.question, "answers": known[asked.question], "gold_sentence": asked.needed[0][0],
            }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of texts")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where qa.jsonl is written")
    parser.add_argument("--held-out", action="store_true", help="only questions that nothing was tuned on")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(item, ensure_ascii=False) for item in public_questions(given.data, held_out=given.held_out)]
    (given.folder / "qa.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{len(lines)} questions")


if __name__ == "__main__":
    main()
