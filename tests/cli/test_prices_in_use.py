"""`scrimp prices check` without a name: the models that the config names and the ledger has."""

from __future__ import annotations

import json

from command import Scrimp
from fake_provider import FakeProvider, completion


def test_a_model_in_use_without_a_price_is_found_and_mended_by_the_command_that_is_named(scrimp: Scrimp) -> None:
    scrimp.config(
        '[providers.house]\ndialect = "openai"\nbase_url = "https://x.example"\nkey_env = ""\n'
        '[tiers]\nsimple = ["house/big"]\nmedium = ["house/big"]\nhigh = ["house/big"]\n'
        '[chains.two]\nsteps = ["simple", "house/other"]\n'
    )

    before = scrimp("prices", "check")
    assert before.status == 2
    lines = [line for line in before.out.splitlines() if "no price is known" in line]
    assert [line.partition(":")[0] for line in lines] == ["house/big", "house/other"]
    assert "(tier simple, tier medium, tier high)" in lines[0]
    assert "(chain two)" in lines[1]
    for line in lines:
        words = line.partition("set one: scrimp ")[2].replace("USD", "1").split()
        assert scrimp(*words).status == 0

    after = scrimp("prices", "check")
    assert (after.status, "no price is known" in after.out) == (0, False)
    assert "2 models in use, 2 with a price" in after.out


def test_what_was_called_counts_as_in_use_by_the_name_that_answered(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    provider.answer = lambda _: completion("hi", model="other-model")
    scrimp.file("p.txt", "hello")
    assert scrimp("run", "p.txt").status == 0

    found = json.loads(scrimp("prices", "check", "--json").out)

    used = {each["model"]: each["calls_30d"] for each in found["models"]}
    assert used == {"fake/test-model": 0, "fake/other-model": 1}
    assert [(each["kind"], each["model"]) for each in found["findings"] if each["kind"] == "unpriced"] == [
        ("unpriced", "fake/other-model")
    ]
