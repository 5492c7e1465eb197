"""A table in, the same table out: every cell as it was, the completion beside it; judged by Python's csv module."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import Scrimp
from fake_provider import FakeProvider, completion, error
from outcomes import answer, answered, failed
from scrimp.render.rows.writers import open_row_writer

HEADER = ["no", "text", "price", "blank", "quote", "lines", ""]
ROWS = [
    ["001", "one", "19.90", "", 'say "hi"', "a\nb", " x "],
    ["2", "two", "1e2", " ", ",", "\r\n", "123456789012345678901"],
    ["003", "bad", "-0", "", '"', "tail\n", "é"],
    ["4", "two", "1E400", "", ";", "", ""],
]


def table(rows: list[list[str]], **dialect: str) -> str:
    sheet = io.StringIO(newline="")
    csv.writer(sheet, **dialect).writerows(rows)  # type: ignore[arg-type]  # any dialect
    return sheet.getvalue()


def cells(data: bytes, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("rows.csv", table([HEADER, *ROWS]))
    scrimp.file("good.csv", table([HEADER, *ROWS[:2], ROWS[3]]))
    return scrimp


def refuse_bad(provider: FakeProvider) -> None:
    usual = provider.answer
    provider.answer = lambda body: error(400, "no") if "bad" in json.dumps(body) else usual(body)


@pytest.mark.parametrize("flags", [["empty.csv"], ["rows.csv", "--skip", "4"]])
def test_a_table_without_rows_has_the_columns_of_one_with_rows(ready: Scrimp, flags: list[str]) -> None:
    ready.file("empty.csv", table([HEADER]))
    for name, more in (("out.csv", ["output"]), ("-", ["output", "error"])):
        ran = ready("run", *flags, "-o", name, "--out", "csv")
        written = ran.out.encode() if name == "-" else (ready.cwd / name).read_bytes()
        assert (ran.status, cells(written)) == (0, [HEADER + more])


def test_a_csv_comes_back_with_its_columns_and_the_output(ready: Scrimp) -> None:
    ran = ready("run", "good.csv", "-o", "out.csv")

    assert ran.status == 0
    assert cells((ready.cwd / "out.csv").read_bytes()) == [
        [*HEADER, "output"], [*ROWS[0], "echo: one"], [*ROWS[1], "echo: two"], [*ROWS[3], "echo: two"],
    ]  # fmt: skip


def test_rows_that_were_cached_doubled_or_failed_are_all_there_in_their_order(
    ready: Scrimp, provider: FakeProvider
) -> None:
    refuse_bad(provider)
    ready("run", "rows.csv", "--limit", "1")
    to_file, to_stdout = ready("run", "rows.csv", "-o", "out.csv"), ready("run", "rows.csv", "--out", "csv")

    written = cells((ready.cwd / "out.csv").read_bytes())
    assert (to_file.status, to_stdout.status) == (3, 3)
    assert written[0] == [*HEADER, "output", "error"]
    assert [row[:-2] for row in written[1:]] == ROWS
    assert [row[-2] for row in written[1:]] == ["echo: one", "echo: two", "", "echo: two"]
    assert [bool(row[-1]) for row in written[1:]] == [False, False, True, False]
    assert cells(to_stdout.out.encode()) == written


def test_a_name_that_the_table_has_already_gets_a_number(ready: Scrimp) -> None:
    assert ready("run", "good.csv", "-o", "first.csv").status == 0
    assert ready("run", "first.csv", "-o", "second.csv", "--prompt-field", "output").status == 0

    header, row, *_ = cells((ready.cwd / "second.csv").read_bytes())
    assert header == [*HEADER, "output", "output_2"]
    assert row == [*ROWS[0], "echo: one", "echo: echo: one"]


def test_labels_have_a_column_of_their_own(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("rows.tsv", "id\ttext\n1\techo\n")
    ran = ready("run", "rows.tsv", "-o", "out.tsv", "--choices", "echo,other")

    assert ran.status == 0
    assert (ready.cwd / "out.tsv").read_text() == "id\ttext\toutput\tparsed\n1\techo\techo\techo\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(("word", "delimiter"), [(";", ";"), ("tab", "\t"), ("|", "|")])
def test_delimiter_and_encoding_hold_for_what_is_read_and_what_is_written(
    ready: Scrimp, provider: FakeProvider, encoding: str, word: str, delimiter: str
) -> None:
    refuse_bad(provider)
    ready.file("rows.csv", table([HEADER, *ROWS], delimiter=delimiter).encode(encoding))
    ran = ready("run", "rows.csv", "-o", "out.csv", "--delimiter", word, "--encoding", encoding)
    data = (ready.cwd / "out.csv").read_bytes()

    assert ran.status == 3
    assert data.startswith(b"\xff\xfe") is (encoding == "utf-16")
    assert data.startswith(b"\xef\xbb\xbf") is (encoding == "utf-8-sig")
    header, *rows = cells(data, encoding, delimiter)
    assert header == [*HEADER, "output", "error"]
    assert [row[:-2] for row in rows] == ROWS


def test_a_character_that_the_encoding_lacks_is_a_question_mark_and_a_warning(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.file("rows.csv", "id,text\n1,日本\n2,é本\n")
    ran = ready("run", "rows.csv", "-o", "out.txt", "--encoding", "utf-8")
    assert (ready.cwd / "out.txt").read_text() == "echo: 日本\necho: é本\n"

    ready.file("rows.csv", "id,text\n1,a\n".encode("cp1252"))
    provider.answer = lambda _: completion("€ 日本")
    ran = ready("run", "rows.csv", "-o", "out.txt", "--encoding", "cp1252")
    assert (ready.cwd / "out.txt").read_bytes() == b"\x80 ??\n"
    assert "'日' is not in cp1252 and is written as ?" in ran.err


def test_every_input_column_can_be_asked_for_at_once(ready: Scrimp) -> None:
    ready.file("rows.jsonl", '{"text":"one","n":1.50,"a, b":"c"}\n{"text":"two","m":-0}\n')
    from_json = ready("run", "rows.jsonl", "--fields", 'id,input.*,output,"input.a, b"', "--out", "jsonl")
    as_csv = ready("run", "good.csv", "--fields", "output,input.*,index", "--out", "csv", "--limit", "1")
    one = ready("run", "rows.jsonl", "--limit", "1", "--fields", 'output,"input.a, b"', "--out", "csv")

    assert from_json.out.splitlines() == [
        '{"id":null,"input.text":"one","input.n":1.50,"input.a, b":"c","output":"echo: one"}',
        '{"id":null,"input.text":"two","input.m":-0,"output":"echo: two","input.a, b":null}',
    ]
    assert cells(as_csv.out.encode()) == [
        ["output", *(f"input.{name}" for name in HEADER), "index"], ["echo: one", *ROWS[0], "0"],
    ]  # fmt: skip
    assert cells(one.out.encode()) == [["output", "input.a, b"], ["echo: one", "c"]]


def test_a_field_looks_into_objects(ready: Scrimp) -> None:
    ready.file(
        "rows.jsonl", '{"text":"one","user":{"name":"Ada"},"user.name":"exact"}\n{"text":"x","user":{"name":"Bob"}}\n'
    )
    ran = ready("run", "rows.jsonl", "--fields", "input.user.name")

    assert [row["input.user.name"] for row in ran.rows] == ["exact", "Bob"]


@pytest.mark.parametrize("fields", ['"input.a, output', 'id,"in"put'])
def test_a_quote_in_fields_that_does_not_close_is_an_error(ready: Scrimp, fields: str) -> None:
    ran = ready("run", "good.csv", "--fields", fields)

    assert (ran.status, "--fields: a quote at character" in ran.err) == (2, True)


_TEXTS = st.text(st.sampled_from('a",;\t\n\r é') | st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(
    st.lists(_TEXTS, min_size=1, max_size=4, unique=True),
    st.lists(st.tuples(st.booleans(), st.lists(_TEXTS, min_size=4, max_size=4), _TEXTS), min_size=1, max_size=5),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
@settings(max_examples=60)
def test_any_table_is_written_cell_for_cell_whenever_a_row_fails(
    tmp_path_factory: pytest.TempPathFactory,
    names: list[str],
    rows: list[tuple[bool, list[str], str]],
    delimiter: str,
    encoding: str,
) -> None:
    path = tmp_path_factory.getbasetemp() / "table.csv"
    expected = []
    with path.open("w+b") as stream:
        writer = open_row_writer(
            stream, "csv", None, terminal=False, warn=print, delimiter=delimiter, encoding=encoding
        )
        for good, values, text in rows:
            row = dict(zip(names, values, strict=False))
            outcome = answered(answer(text), row=row) if good else failed(row=row, message=f"{text}!")
            writer.write(outcome.__class__(**{  # type: ignore[arg-type]  # the same with a prompt of a table
                name: getattr(outcome, name) for name in outcome.__struct_fields__ if name != "prompt"
            }, prompt=outcome.prompt.__class__(index=0, text="x", row=row, tabular=True)))  # fmt: skip
            expected.append([*row.values(), text if good else "", *([] if good else [f"{text}!"])])
        writer.close()

    width = len(names) + (1 if all(good for good, _, _ in rows) else 2)
    header, *found = cells(path.read_bytes(), encoding, delimiter)
    assert (len(header), header[: len(names)]) == (width, names)
    assert found == [row + [""] * (width - len(row)) for row in expected]


def test_the_failed_rows_of_a_table_are_taken_up_whatever_its_columns_and_encoding(
    ready: Scrimp, provider: FakeProvider
) -> None:
    usual = provider.answer
    refuse_bad(provider)
    header, flags = ["text", "status", "output", "error"], ("--delimiter", ";", "--encoding", "cp1252")
    rows = [[text, "offen", "é", "kein"] for text in ("one", "bad", "two")]
    ready.file("rows.csv", table([header, *rows], delimiter=";").encode("cp1252"))
    first = ready("run", "rows.csv", "-o", "out.csv", *flags)
    assert cells((ready.cwd / "out.csv").read_bytes(), "cp1252", ";")[0] == [*header, "output_2", "error_2"]
    provider.answer = usual
    again = ready("run", "rows.csv", "--only-failed", "out.csv", "--fields", "index,output", *flags)

    assert (first.status, again.status) == (3, 0)
    assert again.rows == [{"index": 1, "output": "echo: bad"}]
