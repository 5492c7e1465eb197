from __future__ import annotations

import re
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from command import Scrimp
from fake_provider import FakeProvider
from outcomes import entry
from scrimp.store.ledger import Ledger
from scrimp.values import Entry

HOSTILE = [
    "<script>alert(1)</script>", "</style><img src=//evil.example/x onerror=alert(1)>", "</title><b>",
    "\"'><svg onload=x>", "&lt;b&gt;", "javascript:alert(1)", "\u202egnp.exe", "a" * 500,
    "é漢字😀", "", "\x1b[31mred\x00", "]]>", "<!--",
]  # fmt: skip


def keep(scrimp: Scrimp, calls: list[Entry]) -> None:
    with closing(Ledger(scrimp.home / "ledger.db")) as ledger:
        ledger.append([replace(call, call=f"c{number}") for number, call in enumerate(calls)])


def page(scrimp: Scrimp, *words: str) -> LexborHTMLParser:
    ran = scrimp(*words, "--html", "page.html")
    assert (ran.status, ran.out) == (0, "")
    assert "page.html has the page" in ran.err
    return parsed(scrimp.cwd / "page.html")


def parsed(file: Path) -> LexborHTMLParser:
    html = file.read_text(encoding="utf-8")
    tree = LexborHTMLParser(html)
    assert_harmless(tree, html)
    return tree


def assert_harmless(tree: LexborHTMLParser, html: str) -> None:
    """Only our own elements and attributes are there, and nothing that would be loaded."""
    tags = {node.tag for node in tree.css("*")}
    assert tags <= {
        "html", "head", "meta", "link", "title", "style", "body", "main", "h1", "h2", "p", "div", "b", "i", "span",
        "svg", "path", "g", "rect", "ul", "li", "bdi", "table", "thead", "tbody", "tr", "th", "td", "footer",
        "dl", "dt", "dd", "pre", "small",
    }  # fmt: skip
    assert not any(name.startswith("on") for node in tree.css("*") for name in node.attributes)
    assert [node.attributes.get("href") for node in tree.css("[href], [src]")] == ["data:,"]
    assert "url(" not in html
    assert "@import" not in html
    policy = tree.css_first("meta[http-equiv]")
    assert policy is not None
    assert str(policy.attributes["content"]).startswith("default-src 'none'")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html)


def table(tree: LexborHTMLParser, title: str) -> list[dict[str, str]]:
    """The rows of the table under a heading."""
    heading = next(node for node in tree.css("h2") if node.text() == title)
    found = heading.next
    while found.tag != "div":
        found = found.next
    names = [node.text() for node in found.css("th")]
    return [
        dict(zip(names, (cell.text() for cell in row.css("td")), strict=True)) for row in found.css("tbody tr")
    ]  # fmt: skip


def test_names_from_outside_are_text_on_the_page_whatever_is_in_them(scrimp: Scrimp) -> None:
    now = time.time()
    keep(scrimp, [
        replace(entry("p/m", "0.25"), model=name, route=name, user=name, tier=name, time=now - 86_400 * day)
        for day in range(3) for name in HOSTILE
    ])  # fmt: skip
    tree = page(scrimp, "cost", "--by", "tag:<script>")

    shown = [row["model"] for row in table(tree, "By model")]
    assert "openai/<script>alert(1)</script>" not in shown  # of provider p
    assert "p/<script>alert(1)</script>" in shown
    assert "p/&lt;b&gt;" in shown
    assert max(map(len, shown)) <= 80


def test_the_page_has_the_figures_of_the_ledger(scrimp: Scrimp) -> None:
    now = time.time()
    calls = [replace(entry("p/a", "1.25"), time=now - 86_400 * day, attempt=0) for day in range(4)]
    keep(scrimp, [*calls, replace(entry("p/b", None, "lost"), time=now), replace(entry("p/old"), time=now - 9e6)])
    tree = page(scrimp, "cost", "--since", "7d")

    cards = [node.text() for node in tree.css(".card")]
    assert "$5.00+spent" in cards
    assert "5calls, 20.0\u00a0% of them without a completion" in cards
    rows = table(tree, "By model")
    assert [(row["model"], row["cost"], row["calls"]) for row in rows] == [
        ("p/a", "$5.00", "4"),
        ("p/b", "unknown", "1"),
    ]
    titles = [node.text() for node in tree.css("svg title")]
    assert sum(title.endswith(": $1.25") for title in titles) == 4
    assert len(titles) == 8  # a place for each day, also for those without a call


def test_a_period_without_a_call_has_an_empty_place_in_the_chart(scrimp: Scrimp) -> None:
    now = time.time()
    keep(scrimp, [replace(entry("p/a", "1"), time=now - 86_400 * day) for day in (0, 6)])
    titles = [node.text() for node in page(scrimp, "cost").css("svg title")]

    shown = [title.partition(": ")[2] for title in titles]
    assert shown[:7] == ["$1.00", "$0", "$0", "$0", "$0", "$0", "$1.00"]
    assert shown[7:] in ([], ["$0"])  # the page is of the next day where midnight has come since


def test_the_saving_by_cause_is_that_of_the_bills(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url, more='[models."fake/dear"]\nprice = { input = 50.0, output = 500.0 }\n')
    scrimp.file("rows.jsonl", '{"text": "hello"}\n{"text": "hello"}\n{"text": "bye"}\n')
    bills = []
    for _ in range(2):
        ran = scrimp("run", "rows.jsonl", "--baseline", "fake/dear", "--summary-file", "bill.json")
        assert ran.status == 0
        bills.append(bill(scrimp.cwd / "bill.json"))
    tree = page(scrimp, "cost")

    rows = {row["cause"]: row["saved"] for row in table(tree, "What was saved, and by what")}
    assert set(rows) == {name for each in bills for name, saved in each.items() if saved}
    assert all(saved.startswith("$") for saved in rows.values())
    assert any("about" in node.text() or "saved" in node.text() for node in tree.css(".card"))


def bill(file: Path) -> dict[str, Decimal]:
    causes = msgspec.json.decode(file.read_bytes())["baseline"]["saved_by_usd"]
    return {name.replace("_", " "): Decimal(str(saved)) for name, saved in causes.items()}


@pytest.mark.parametrize("words", [["cost"], ["cost", "--since", "1h", "--zone", "local"]])
def test_an_empty_ledger_has_a_page_too(scrimp: Scrimp, words: list[str]) -> None:
    tree = page(scrimp, *words)
    assert "There are no calls in the ledger" in tree.body.text()  # type: ignore[union-attr]  # there is a body


def test_a_page_replaces_no_file_of_scrimp_and_goes_to_stdout_for_a_dash(scrimp: Scrimp) -> None:
    keep(scrimp, [entry()])
    ran = scrimp("cost", "--html", str(scrimp.home / "ledger.db"))
    assert ran.status == 2
    assert "--html: " in ran.err
    assert scrimp("cost", "--html", "-").out.startswith("<!doctype html>")
    ran = scrimp("cost", "--html", "no/such/page.html")
    assert "--html: no/such/page.html cannot be written" in ran.err


def test_a_run_has_a_page_with_its_bill_and_the_saving_of_it_alone(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url, more='[models."fake/dear"]\nprice = { input = 50.0, output = 500.0 }\n')
    for name in ("<b>one</b>", "two"):
        scrimp.file("rows.jsonl", f'{{"text": "hello {name}"}}\n')
        ran = scrimp("run", "rows.jsonl", "--baseline", "fake/dear", "--tag", f"x={name}", "--user", "</dd><i>")
        assert ran.status == 0
    tree = page(scrimp, "runs", "show", "last")

    facts = [node.text() for node in tree.css("dd")]
    assert any("scrimp run rows.jsonl" in fact and "--user '</dd><i>'" in fact for fact in facts)
    assert "1, 0 of them failed" in facts
    shown = scrimp("runs", "show", "last").out
    (bill_shown,) = tree.css("pre")
    assert bill_shown.text().strip() in shown
    assert [row["calls"] for row in table(tree, "By model")] == ["1"]
    assert [row["cause"] for row in table(tree, "What was saved, and by what")] == ["routing"]


def test_a_run_that_only_the_ledger_knows_has_a_page_of_its_calls(scrimp: Scrimp) -> None:
    keep(scrimp, [entry("p/a", "1"), entry("p/b", None, "lost"), replace(entry("p/other"), run="s")])
    tree = page(scrimp, "runs", "show", "r")

    assert [row["model"] for row in table(tree, "By model")] == ["p/a", "p/b"]
    assert "not recorded" in [node.text() for node in tree.css("dd")][-1]


def test_calls_without_a_label_say_so_and_several_flagships_are_several(scrimp: Scrimp) -> None:
    keep(scrimp, [entry("openai/gpt-6.2-sol", "1"), replace(entry("p/a", "1"), call="c2", user="ada", route="x")])
    tree = page(scrimp, "cost")

    assert [row["user"] for row in table(tree, "By user")] == ["without a user", "ada"]
    assert [row["route"] for row in table(tree, "By route")] == ["without a route", "x"]
    shown = tree.body.text()  # type: ignore[union-attr]  # there is a body
    assert "50\u00a0% of the calls, went to flagships" in shown
    assert "The flagships are openai/gpt-6.1-sol, openai/gpt-6.2-sol, " in shown
