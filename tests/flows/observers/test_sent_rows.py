"""A run prepares in a thread to say what a higher level of compression would have saved, once that is worth a word."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from threading import Event, current_thread

from outcomes import answer, answered
from scrimp.flows.observers.sent_rows import SentRows
from scrimp.values import Prompt

# In a process of its own, since other tests load the tokenizer.
_PREPARE = """
import sys
from scrimp.flows.observers.higher_levels import prepare
from scrimp.values import Prompt

prepare(Prompt(index=0, text="<document>\\nBees live in hives. Wasps do not.\\n</document>\\n\\nWhere do bees live?"))
print("scrimp.compress.extract.focus" in sys.modules, "tiktoken" in sys.modules)
"""


def test_rows_go_on_while_a_thread_prepares_with_one_of_them_and_the_sample_waits_for_it() -> None:
    go_on, seen = Event(), list[tuple[int, bool]]()

    def prepare(prompt: Prompt) -> None:
        assert go_on.wait(100)
        seen.append((prompt.index, current_thread().name == "MainThread"))

    sent = SentRows(enough=Decimal("0.02"), prepare=prepare)
    sink = sent.tee(lambda _: None)
    for index in range(5):  # the third makes it enough
        sink([answered(answer(cost="0.008"), index=index)])
    before = list(seen)
    go_on.set()

    assert (before, len(sent.affordable()), seen) == ([], 5, [(2, False)])


def test_nothing_is_prepared_where_rows_cost_too_little() -> None:
    prepared: list[Prompt] = []
    sent = SentRows(enough=Decimal("0.02"), prepare=prepared.append)
    sent.tee(lambda _: None)([answered(answer(cost="0.001"), index=index) for index in range(5)])

    assert (sent.count, len(sent.affordable()), prepared) == (5, 5, [])


def test_preparing_loads_no_tokenizer() -> None:
    ran = subprocess.run([sys.executable, "-c", _PREPARE], capture_output=True, text=True, check=True)

    assert ran.stdout.split() == ["True", "False"]
