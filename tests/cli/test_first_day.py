"""No key and nothing installed: the two ways on are said, and nothing is claimed to be callable."""

from __future__ import annotations

import json

from command import Scrimp


def test_the_first_prompt_says_both_ways_on_in_three_lines(scrimp: Scrimp) -> None:
    ran = scrimp("ask", "hi")

    first, with_key, without = ran.err.splitlines()
    assert (ran.status, ran.out) == (2, "")
    assert first == "scrimp: no model can be called yet: there is no key, and the embedded model is not installed"
    assert "export OPENAI_API_KEY=" in with_key
    assert without.endswith("scrimp local install")


def test_no_listing_claims_that_a_model_can_be_called(scrimp: Scrimp) -> None:
    scrimp.file("q.txt", "hello\n")
    models, doctor = scrimp("models"), scrimp("doctor")
    estimate = json.loads(scrimp("estimate", "q.txt", "--json").out)

    assert models.out.count("local/smollm2  not installed") == 3
    assert doctor.status == 2
    assert "broken tiers: simple is local/smollm2, which is not installed: set a key" in doctor.out
    assert "no model can be called: set a key" in scrimp("estimate", "q.txt").out
    assert '"callable":true' not in json.dumps(estimate).replace(" ", "")


def test_with_a_key_they_do(scrimp: Scrimp) -> None:
    scrimp.env["OPENAI_API_KEY"] = "sk-test-0123456789abcdef"

    assert "openai/gpt-6-luna" in scrimp("doctor").out
    assert scrimp("doctor").status == 0
    assert "yes" in scrimp("models").out
