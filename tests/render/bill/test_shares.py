from __future__ import annotations

from scrimp.billing.totals import Bill
from scrimp.render.bill.text import bill_lines


def test_one_row_in_a_thousand_is_not_shown_as_none() -> None:
    bill = Bill()
    bill.counts.chained, bill.counts.escalated = 1000, 1
    bill.compression.rows, bill.compression.tokens_before, bill.compression.tokens_after = 3, 1000, 999
    text = "\n".join(bill_lines(bill, 80, color=False))

    assert "Escalated: 1 of 1,000 rows of chains (<1 %)." in text
    assert "Compression: 1 token less (<1 %) in 3 rows" in text
