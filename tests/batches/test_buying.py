"""Batches of a model that is named without its provider: made where it is sold, and nothing is paid twice."""

from __future__ import annotations

from fractions import Fraction

import pytest

from batch_servers import OpenAIBatches
from command import Scrimp
from fake_provider import FakeProvider

ROWS = "one\ntwo\nthree\n"


def configured(server: OpenAIBatches, provider: FakeProvider) -> str:
    """A gateway with OpenAI's batches, and a reseller without any, which is cheaper still."""
    return (
        f'[providers.litellm]\nbase_url = "{server.url}"\nkey_env = "FAKE_KEY"\n'
        f'[providers.tokenmix]\nbase_url = "{provider.url}"\nkey_env = ""\n'
        f'[models."litellm/gpt-6-luna"]\nprice = {{ input = 1, output = 10 }}\nbatch_discount = "50%"\n'
        '[models."tokenmix/gpt-6-luna"]\nprice = { input = 0.4, output = 4 }\n'
        '[batch]\npoll = "0.02s"\n'
    )


def test_a_batch_is_made_at_the_seller_that_has_batches(
    scrimp: Scrimp, server: OpenAIBatches, provider: FakeProvider
) -> None:
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(configured(server, provider))

    ran = scrimp("run", "-", "--batch", "-m", "gpt-6-luna", stdin=ROWS)

    assert ran.status == 0, ran.err
    assert {row["provider"] for row in ran.rows} == {"litellm"}
    assert len(server.batches) == 1
    assert provider.bodies == []
    calls, dollars = scrimp.paid_calls()
    assert (calls, dollars) == (3, sum(map(Fraction, [str(row["cost_usd"]) for row in ran.rows])))


def test_calls_that_no_seller_takes_in_a_batch_are_made_live_and_once(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.config(
        f'[providers.tokenmix]\nbase_url = "{provider.url}"\nkey_env = ""\n'
        '[models."tokenmix/gpt-6-luna"]\nprice = { input = 0.5, output = 5 }\n[batch]\npoll = "0.02s"\n'
    )

    ran = scrimp("run", "-", "--batch", "-m", "gpt-6-luna", stdin=ROWS)

    assert ran.status == 0, ran.err
    assert {row["provider"] for row in ran.rows} == {"tokenmix"}
    assert len(provider.bodies) == scrimp.paid_calls()[0] == len(ROWS.split())
    assert "tokenmix/gpt-6-luna is called live, at full price: tokenmix has no batch API" in ran.err


@pytest.fixture
def with_credit(scrimp: Scrimp, server: OpenAIBatches) -> Scrimp:
    """200 tokens are expected of a completion: 0.001 dollars in a batch, and what two cost is more than the credit."""
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    at_server = f'base_url = "{server.url}"\nkey_env = "FAKE_KEY"\n'
    scrimp.config(
        f"[providers.litellm]\n{at_server}[providers.openai]\n{at_server}credit = 0.0015\n"
        '[models."litellm/m"]\nbuy = "cheapest"\nprice = { input = 0, output = 1 }\n'
        '[models."openai/m"]\nsame_as = "litellm/m"\nprice = { input = 0, output = 10 }\nbatch_discount = "50%"\n'
        '[batch]\npoll = "0.02s"\n'
    )
    return scrimp


def bought(scrimp: Scrimp, rows: str) -> list[str]:
    ran = scrimp("run", "-", "--batch", "-m", "litellm/m", stdin=rows)
    assert ran.status == 0, ran.err
    return [row["provider"] for row in ran.rows]


def test_a_credit_is_kept_for_what_calls_in_batches_are_expected_to_cost(with_credit: Scrimp) -> None:
    assert bought(with_credit, ROWS + "four\nfive\n") == ["openai", "openai", "litellm", "litellm", "litellm"]


def test_a_credit_is_kept_for_the_batches_of_jobs_whose_rows_are_not_made_yet(with_credit: Scrimp) -> None:
    with_credit.file("zero.jsonl", '"zero"\n')
    assert with_credit("batch", "submit", "zero.jsonl", "-m", "litellm/m").status == 0

    assert bought(with_credit, ROWS) == ["openai", "litellm", "litellm"]


@pytest.mark.parametrize("flags", ["", "--engine processes --workers 1"])
def test_a_credit_is_kept_for_batches_also_by_a_run_that_makes_none(with_credit: Scrimp, flags: str) -> None:
    with_credit.file("zero.jsonl", '"zero"\n"also zero"\n')
    assert with_credit("batch", "submit", "zero.jsonl", "-m", "litellm/m").status == 0

    with_credit.file("one.jsonl", '"one"\n')
    ran = with_credit("run", "one.jsonl", "-m", "litellm/m", "--cache", "off", *flags.split())

    assert [row["provider"] for row in ran.rows] == ["litellm"], ran.err
