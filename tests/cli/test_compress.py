from __future__ import annotations

import json

from command import Scrimp

PRETTY = json.dumps([{"id": n, "name": f"n{n}", "ok": True} for n in range(20)], indent=2)


def test_a_text_goes_in_and_a_shorter_one_comes_out_with_a_receipt(scrimp: Scrimp) -> None:
    ran = scrimp("compress", stdin=PRETTY)

    assert ran.status == 0
    assert ran.out.startswith('{"_cols":["id","name","ok"],"_rows":[[0,"n0",true],')
    assert "% less): json white space, json columns" in ran.err


def test_off_gives_every_byte_back(scrimp: Scrimp) -> None:
    text = "a  \r\n\n\n\n\n\tb\n\n"

    assert scrimp("compress", "--level", "off", stdin=text.encode()).out == text


def test_the_receipt_can_be_json_and_alone(scrimp: Scrimp) -> None:
    scrimp.file("rows.json", PRETTY)
    ran = scrimp("compress", "rows.json", "--dry-run", "--report", "json")
    report = json.loads(ran.err)

    assert (ran.out, report["level"], report["rules"]) == ("", "lossless", ["json white space", "json columns"])
    assert report["after"] < report["before"]


def test_what_changed_can_be_looked_at(scrimp: Scrimp) -> None:
    ran = scrimp("compress", "--diff", "-q", stdin="one  \ntwo\n")

    assert ran.out.splitlines()[2:] == ["@@ -1,3 +1,2 @@", "-one  ", "+one", " two", "-"]
    assert ran.err == ""


def test_focus_without_a_question_says_so(scrimp: Scrimp) -> None:
    ran = scrimp("compress", "--level", "focus", stdin="Some text.")

    assert ran.status == 0
    assert "--query" in ran.err


def test_an_input_that_cannot_be_read_is_a_sentence(scrimp: Scrimp) -> None:
    scrimp.file("bad.txt", b"caf\xe9")

    assert "nosuch.txt cannot be read" in scrimp("compress", "nosuch.txt").err
    assert "byte 4 is not UTF-8" in scrimp("compress", "bad.txt").err
