from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from scrimp.render.receipt import receipt_document, receipt_lines
from scrimp.render.token_receipt import Receipt, ReceiptPart

RECEIPT = Receipt(
    level="tidy",
    before=1200,
    after=900,
    zones=(ReceiptPart("instruction", 200, 180), ReceiptPart("data (json)", 1000, 720)),
    rules=(ReceiptPart("json columns", 1000, 720), ReceiptPart("margins", 20, 20)),
    taken_back=(("phrases", "number 7 lost"),),
)
DOLLARS = (Decimal("0.0024"), Decimal("0.0018"))


def test_a_person_reads_tokens_dollars_zones_and_rules() -> None:
    lines = receipt_lines(RECEIPT, DOLLARS, "openai/x", 80, estimated=False)

    assert lines[:2] == ["1,200 tokens, now 900 (25 % less) at tidy", "$0.0024 to read at openai/x, now $0.0018"]
    assert any(line.split() == ["data", "(json)", "1,000", "720"] for line in lines)
    assert any(line.split() == ["json", "columns", "1,000", "720"] for line in lines)
    assert lines[-1] == "taken back: phrases (number 7 lost)"


def test_a_rule_that_saved_no_token_is_not_shown() -> None:
    assert not any("margins" in line for line in receipt_lines(RECEIPT, DOLLARS, "m", 80, estimated=False))


def test_an_estimate_says_so() -> None:
    assert receipt_lines(RECEIPT, None, "m", 80, estimated=True)[0].startswith("about 1,200 tokens")
    assert receipt_document(RECEIPT, None, "m", keep=None, estimated=True)["estimated"] is True


def test_where_nothing_was_done_it_says_why() -> None:
    idle = replace(RECEIPT, after=1200, rules=(), taken_back=(), why="the level is off")

    assert receipt_lines(idle, DOLLARS, "m", 80, estimated=False) == [
        "1,200 tokens, now 1,200 at tidy",
        "nothing was changed: the level is off",
    ]


def test_a_program_reads_the_same() -> None:
    document = receipt_document(RECEIPT, DOLLARS, "openai/x", keep=0.5, estimated=False)

    assert (document["before"], document["after"], document["keep"]) == (1200, 900, 0.5)
    assert document["by_zone"] == [
        {"zone": "instruction", "before": 200, "after": 180},
        {"zone": "data (json)", "before": 1000, "after": 720},
    ]
    assert (document["cost_before_usd"], document["cost_after_usd"]) == DOLLARS


def test_a_saving_below_half_a_percent_is_not_shown_as_none_and_an_empty_text_says_so() -> None:
    assert receipt_lines(replace(RECEIPT, after=1199), None, "m", 80, estimated=False)[0] == (
        "1,200 tokens, now 1,199 (<1 % less) at tidy"
    )
    empty = replace(RECEIPT, before=0, after=0, zones=(), rules=(), taken_back=(), why="all of it is instructions")
    assert receipt_lines(empty, None, "m", 80, estimated=False) == ["the text is empty"]
