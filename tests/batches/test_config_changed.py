"""Commands of a job between which the config changes: what was sent is what its rows are made of."""

from __future__ import annotations

from batch_servers import OpenAIBatches
from batches.conftest import CONFIG
from command import Scrimp

ROWS = ["one", "two", "one", "three"]
ASKED = {"one": 1, "two": 1, "three": 1}  # the equal rows are one request


def submitted(scrimp: Scrimp, *words: str) -> None:
    scrimp.file("a.txt", "".join(f"{row}\n" for row in ROWS))
    assert scrimp("batch", "submit", "a.txt", *words).status == 0


def test_rows_are_not_sent_again_where_their_tier_has_another_model_by_now(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    submitted(batched, "--tier", "simple")
    batched.config(CONFIG.format(url=server.url).replace('simple = ["fake/small"]', 'simple = ["fake/large"]'))
    batched.file("a.txt", "".join(f"{row}\n" for row in ["new", *ROWS]))
    ran = batched("batch", "fetch", "--wait")

    assert ran.status == 0
    assert [row["output"] for row in ran.rows] == [f"echo: {row}" for row in ["new", *ROWS]]
    assert [row["model"] for row in ran.rows] == ["large", *["small"] * len(ROWS)]
    assert ran.err.count("they are not sent again") == 1
    assert server.billed == ASKED | {"new": 1}
    assert batched.paid_calls()[0] == len(server.billed)
    assert batched("batch", "fetch").rows[1]["model"] == "small"


def test_a_first_step_is_not_sent_again_and_the_next_one_is_that_of_now(batched: Scrimp, server: OpenAIBatches) -> None:
    submitted(batched, "--chain", "climb", "--choices", "yes,no")
    assert batched("batch", "watch").status == 0
    changed = CONFIG.format(url=server.url).replace('steps = ["fake/small"', 'steps = ["fake/medium"')
    batched.config(changed + '[models."fake/medium"]\nprice = { input = 1.0, output = 1.0 }\n')
    ran = batched("batch", "fetch", "--wait")

    assert ran.rows[0]["attempts"] > 1, ran
    assert {row: server.billed[row] for row in ASKED} == dict.fromkeys(ASKED, 2)


def test_a_flag_that_has_no_effect_by_now_keeps_no_rows_from_being_fetched(batched: Scrimp) -> None:
    before = (batched.home / "config.toml").read_text()
    batched.config(f"{before}[defaults]\nmax_cost_per_row = 1.0\n")
    submitted(batched, "--tier", "simple", "--on-dear", "skip")
    batched.config(before)

    assert [row["status"] for row in batched("batch", "fetch", "--wait").rows] == ["ok"] * len(ROWS)


def test_a_provider_that_is_not_configured_any_longer_is_named(batched: Scrimp, server: OpenAIBatches) -> None:
    submitted(batched, "--tier", "simple")
    assert batched("batch", "watch").status == 0
    batched.config(
        CONFIG.format(url=server.url).replace("providers.fake", "providers.other").replace('"fake/', '"other/')
    )
    ran = batched("batch", "fetch")

    assert ran.status == 2
    assert "put [providers.fake] back" in ran.err
    assert server.billed == ASKED
