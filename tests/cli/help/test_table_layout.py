from __future__ import annotations

import pytest

from scrimp.cli.help.markdown import Table, blocks
from scrimp.cli.help.table_layout import table_lines
from scrimp.cli.help.topics import topics

ROWS = (("what", "n", "kept"), ("two questions at once", "47", "100 (92 to 100)"), ("all", "574", "98 (97 to 99)"))
SCREEN_OF_MAN = 71
BLOCKS = [block for topic in topics().values() for block in blocks(topic.text)]
# Those of two columns are lists of terms in man.
TABLES = [block for block in BLOCKS if isinstance(block, Table) and len(block.headers) > 2]


def test_a_table_that_fits_has_a_line_for_each_row() -> None:
    lines = table_lines(ROWS, 80)

    assert list(lines or ()) == [
        (0, "what                   n    kept"),
        (1, "two questions at once  47   100 (92 to 100)"),
        (2, "all                    574  98 (97 to 99)"),
    ]


def test_what_does_not_fit_goes_on_below_in_its_column_with_its_number_and_interval_whole() -> None:
    lines = table_lines(ROWS, 33)

    assert list(lines or ()) == [
        (0, "what           n    kept"),
        (1, "two questions  47   100"),
        (1, "  at once           (92 to 100)"),
        (2, "all            574  98 (97 to 99)"),
    ]


def test_a_table_whose_longest_words_do_not_fit_has_no_lines() -> None:
    assert table_lines(ROWS, 20) is None


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.headers[0])
def test_tables_of_the_manual_fit_a_screen_of_man_and_lose_no_word(table: Table) -> None:
    rows = (table.headers, *table.rows)
    lines = list(table_lines(rows, SCREEN_OF_MAN) or ())
    words = sorted(word for row in rows for cell in row for word in cell.split())

    assert max(len(line) for _, line in lines) <= SCREEN_OF_MAN
    assert sorted(word for _, line in lines for word in line.split()) == words
