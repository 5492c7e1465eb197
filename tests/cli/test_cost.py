from __future__ import annotations

import json
import re

import pytest

from command import Scrimp
from fake_provider import FakeProvider


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", '{"text": "hello"}\n')
    return scrimp


def test_the_ledger_is_grouped_by_every_word_that_the_help_names(ready: Scrimp) -> None:
    assert ready("run", "rows.jsonl", "--tag", "NAME=x").status == 0
    help_text = " ".join(ready("cost", "--help").out.split())
    listed = re.search(r"group by: (.*?)\.", help_text)
    assert listed is not None
    words = re.split(r", | or ", listed[1])

    assert {"model", "task", "signature", "tag:NAME"} <= set(words)
    for word in words:
        ran = ready("cost", "--by", word, "--json")
        assert (ran.status, ran.err) == (0, "")
        (total,) = json.loads(ran.out)
        assert (total["calls"], isinstance(total[word], str)) == (1, True)


def test_task_and_signature_are_two_words_for_one_group(ready: Scrimp) -> None:
    ready("run", "rows.jsonl")
    (task,), (signature,) = (json.loads(ready("cost", "--by", word, "--json").out) for word in ("task", "signature"))

    assert task["task"] == signature["signature"] != "-"


def test_a_word_that_is_no_group_is_refused_with_those_that_are(ready: Scrimp) -> None:
    ran = ready("cost", "--by", "color")

    assert ran.status == 2
    assert "cannot group by 'color': use model, provider" in ran.err
    assert "or tag:NAME" in ran.err
