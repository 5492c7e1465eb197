"""Pages and files in base64 stay as they are at every level where the task is about their form."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from scrimp.compress import compress
from scrimp.compress.pipeline import ABOUT_FORM, NAMES_FORM

PAGE = f"""<!DOCTYPE html>
<html><head><title>Prices</title><link rel="stylesheet" href="a.css"></head>
<body class="wide">
<div class="offer" id="one"><h1>Tents</h1>{"<p>A tent for two costs <b>98</b> dollars in spring.</p>" * 8}</div>
</body></html>
"""


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


HEADER = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
IMAGE = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", HEADER) + _chunk(b"IDAT", zlib.compress(bytes(range(256)) * 3, 0))
MAIL = f"From: ann@example.org\nSubject: the logo\n\nHere it is, in time.\n\n{base64.b64encode(IMAGE).decode()}\n"

ABOUT_THE_PAGE = (
    "Fix the tag that is not closed.",
    "Which CSS class has the offer?",
    "Convert this HTML to Markdown.",
    "Return the page unchanged.",
    "Is this valid HTML?",
    "Reformat it.",
    "Traduis la page en conservant les balises.",
    "Repariere das HTML.",
    "Corrige el código HTML.",
    "Write an XPath for the offer.",
    "Which element is not closed?",
    "Quelle balise n'est pas fermée ?",
    "Какой тег не закрыт?",
    "哪个标签没有闭合？",
)
ABOUT_THE_FILE = (
    "What is its checksum?",
    "Compute its sha256.",
    "Decode the attachment.",
    "Is it a valid PNG?",
    "Copy the attachment verbatim.",
    "How many characters has the base64?",
    "Extract the attachment.",
    "Is the padding right?",
    "Hol den Anhang heraus.",
    "添付ファイルを取り出して。",
)
OTHERS = (
    "What does a tent cost?",
    "Summarize this page.",
    "Who wrote this?",
    "Classify it: sale or news?",
    "Résume cette page.",
    "Is it urgent?",
    "Rispondile.",
)
UPWARD = pytest.mark.parametrize("level", ["tidy", "focus", "dense"])


@UPWARD
@pytest.mark.parametrize(
    ("task", "data"), [*((task, PAGE) for task in ABOUT_THE_PAGE), *((task, MAIL) for task in ABOUT_THE_FILE)]
)
def test_a_task_about_form_keeps_its_data(task: str, data: str, level: str) -> None:
    for text in (f"{task}\n\n{data}", f"{data}\n{task}", f"<document>\n{data}</document>\n\n{task}"):
        result = compress(text, level)
        assert data in result.text
        assert result.note.startswith(NAMES_FORM) or level != "tidy"  # above, it may say why no sentence was left out


def test_json_beside_a_page_is_told_of_too() -> None:
    prompt = f'Fix the indentation.\n\n{{\n    "town": "Graz",\n    "doors": [1, 2, 3, 4]\n}}\n\n{PAGE}'
    result = compress(prompt, "tidy")

    assert result.text == prompt
    assert ABOUT_FORM in result.note
    assert NAMES_FORM in result.note


@UPWARD
def test_told_data_stays_whole_for_a_task_in_the_system_text(level: str) -> None:
    for task, data in ((ABOUT_THE_PAGE[0], PAGE), (ABOUT_THE_FILE[0], MAIL)):
        assert compress(data, level, asked=task, told=[(0, len(data))]).text == data


@UPWARD
@pytest.mark.parametrize("task", OTHERS)
def test_other_tasks_need_only_what_is_said(task: str, level: str) -> None:
    parser = HTMLParser()
    found: list[str] = []
    parser.handle_starttag = lambda tag, _attributes: found.append(tag)  # type: ignore[method-assign]
    parser.feed(compress(f"{task}\n\n{PAGE}", level).text)
    assert found == []
    assert base64.b64encode(IMAGE).decode() not in compress(f"{task}\n\n{MAIL}", level).text


def test_of_tasks_in_thirteen_languages_few_about_form_lose_the_page_and_few_others_keep_it() -> None:
    rows = [json.loads(line) for line in (Path(__file__).parent / "task/pages.jsonl").read_text("utf-8").splitlines()]
    kept = {kind: [row["text"] for row in rows if row["kind"] == kind and _keeps(row)] for kind in ("form", "other")}

    assert len(kept["form"]) >= 0.9 * sum(row["kind"] == "form" for row in rows)
    assert len(kept["other"]) <= 0.05 * sum(row["kind"] == "other" for row in rows), kept["other"]


def _keeps(row: dict[str, str]) -> bool:
    data = PAGE if row["data"] == "page" else MAIL
    return data in compress(f"{row['text']}\n\n{data}", "tidy").text
