"""`scrimp prices`: how a price is found, other lists beside ours, a newer table, and prices of the user's own."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from command import Scrimp
from scrimp.prices.sources.genai_package import package_data

LITELLM = {
    "gpt-6-luna": {
        "litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-07, "output_cost_per_token": 6e-07,
        "input_cost_per_token_batches": 5e-08,
    },
    "gpt-99": {"litellm_provider": "openai", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
}  # fmt: skip


@pytest.fixture(scope="module")
def data() -> list[dict[str, Any]]:
    """Some data of the installed genai-prices, as they are published."""
    published: list[dict[str, Any]] = json.loads(json.dumps(package_data()[0], default=float))
    return [provider for provider in published if provider["id"] in ("openai", "google", "mistral")]


def changed(data: list[dict[str, Any]], **prices: Any) -> str:
    """Return the data with other prices of gpt-6-luna, one more model, and one less."""
    copy = json.loads(json.dumps(data))
    models = next(provider["models"] for provider in copy if provider["id"] == "openai")
    next(model for model in models if model["id"] == "gpt-6-luna")["prices"] |= prices
    models[:] = [model for model in models if model["id"] != "gpt-4"]
    models.append({"id": "gpt-99", "match": {"equals": "gpt-99"}, "prices": {"input_mtok": 3, "output_mtok": 9}})
    return json.dumps(copy)


def rates(scrimp: Scrimp, model: str) -> str:
    return scrimp("prices", "check", model).out.partition(" (")[0]


def test_a_price_is_shown_with_all_its_rates_and_the_rule_it_was_found_by(scrimp: Scrimp) -> None:
    ran = scrimp("prices", "check", "qwen/qwen-turbo", "deepseek/deepseek-chat")

    assert ran.status == 2
    first, second, table = ran.out.splitlines()
    assert first.startswith(
        "qwen/qwen-turbo: input 0.05, cached input 0.01, cache write 0.0625, output 0.2, thinking output 0.5; in batch "
        "jobs input 0.025, cached input 0.025, cache write 0.025, output 0.1, thinking output 0.25 (dollars per million"
    )
    assert "no price is known: set one with `scrimp prices set`" in second
    assert table.startswith("table of 2026-11-09, genai-prices")


def test_another_list_is_compared_rate_by_rate(scrimp: Scrimp) -> None:
    scrimp.file("litellm.json", json.dumps(LITELLM))
    ran = scrimp("prices", "check", "--against", "litellm.json")

    *table, summary, _ = ran.out.splitlines()
    assert ran.status == 0
    assert [" ".join(line.split()) for line in table] == [
        "model rate scrimp theirs times",
        "openai/gpt-6-luna output 0.50 0.60 x1.2",
        "openai/gpt-6-luna input above 272,000 0.20 0.10 x0.5",
        "openai/gpt-6-luna output above 272,000 0.75 0.60 x0.8",
        "openai/gpt-6-luna batch input above 272,000 0.10 0.05 x0.5",
    ]
    assert summary.startswith("models on both lists: 1; rates that differ: 4; models on scrimp's only: ")
    assert summary.endswith(", on theirs only: 1")
    assert scrimp("prices", "check", "anthropic/*", "--against", "litellm.json").out.startswith("no rate differs")


def test_the_installed_package_differs_only_where_we_correct_it(scrimp: Scrimp) -> None:
    ran = scrimp("prices", "check", "--against", "genai-prices", "--json")

    assert {each["model"] for each in json.loads(ran.out)} <= {
        "deepseek/deepseek-chat", "deepseek/deepseek-reasoner",  # retired
        "deepseek/deepseek-flash", "deepseek/deepseek-v4-flash", "deepseek/deepseek-v4-pro",  # at weekends
    }  # fmt: skip


def test_an_update_shows_first_what_it_would_change(scrimp: Scrimp, data: list[dict[str, Any]]) -> None:
    scrimp.file("new.json", changed(data, output_mtok=0.75))
    before = rates(scrimp, "openai/gpt-6-luna")

    ran = scrimp("prices", "update", "new.json", "--dry-run")

    assert ran.status == 0
    assert [line.split() for line in ran.out.splitlines()[1:2]] == [
        ["openai/gpt-6-luna", "output", "0.50", "0.75", "x1.5"]
    ]
    assert "\nrates that change: 1, of 1 models; new models: 1; models without a price now: " in ran.out
    as_json = json.loads(scrimp("prices", "update", "new.json", "--dry-run", "--json").out)
    assert (as_json["new"], as_json["written"]) == (["openai/gpt-99"], False)
    assert [name for name in as_json["gone"] if name.startswith("openai/")] == ["openai/gpt-4"]
    assert ran.out.endswith("nothing was written\n")
    assert rates(scrimp, "openai/gpt-6-luna") == before
    assert not (scrimp.home / "prices.json.gz").exists()


def test_an_update_is_in_force_until_it_is_taken_back(scrimp: Scrimp, data: list[dict[str, Any]]) -> None:
    scrimp.file("new.json", gzip.compress(changed(data, output_mtok=0.75).encode()))
    scrimp.file("newer.json", changed(data, output_mtok=0.8))
    before = rates(scrimp, "openai/gpt-6-luna")

    def output() -> str:
        return rates(scrimp, "openai/gpt-6-luna").partition("output ")[2][:4]

    assert scrimp("prices", "update", "new.json").status == 0
    assert (output(), rates(scrimp, "openai/gpt-99")) == ("0.75", "openai/gpt-99: input 3, output 9")
    assert scrimp("prices", "update", "newer.json").status == 0
    assert output() == "0.8,"
    assert scrimp("prices", "update", "newer.json").out.endswith("in use already; nothing was written\n")
    assert scrimp("prices", "update", "--undo").out.startswith("back to the table before it: ")
    assert output() == "0.75"
    assert scrimp("prices", "update", "--undo").status == 0
    assert output() == "0.8,"
    assert (scrimp.home / "prices.json.gz").stat().st_mode & 0o777 == 0o600
    assert before != rates(scrimp, "openai/gpt-6-luna")


def test_the_first_update_is_undone_to_the_shipped_table(scrimp: Scrimp, data: list[dict[str, Any]]) -> None:
    scrimp.file("new.json", changed(data, output_mtok=0.75))
    before = rates(scrimp, "openai/gpt-6-luna")
    assert scrimp("prices", "update", "--undo").status == 2

    scrimp("prices", "update", "new.json")
    ran = scrimp("prices", "update", "--undo")

    assert ran.out.startswith("back to the table that scrimp ships with: 2026-11-09")
    assert rates(scrimp, "openai/gpt-6-luna") == before


def test_a_correction_holds_until_the_list_changes_that_row(scrimp: Scrimp, data: list[dict[str, Any]]) -> None:
    copy = json.loads(changed(data))
    google = next(provider["models"] for provider in copy if provider["id"] == "google")
    next(model for model in google if model["id"] == "gemini-3.7-flash")["prices"] = {"input_mtok": 1, "output_mtok": 2}
    scrimp.file("new.json", json.dumps(copy))
    corrected = rates(scrimp, "gemini/gemini-3.5-flash"), rates(scrimp, "mistral/mistral-large-latest")

    scrimp("prices", "update", "new.json")

    assert (rates(scrimp, "gemini/gemini-3.5-flash"), rates(scrimp, "mistral/mistral-large-latest")) == corrected
    assert "in batch jobs" in corrected[0]
    assert rates(scrimp, "gemini/gemini-3.7-flash") == "gemini/gemini-3.7-flash: input 1, output 2"
    assert "input 2," in rates(scrimp, "openai/gpt-6.2-sol")  # not in their list at all


@contextmanager
def serving(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """Serve one file at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://user:secret@127.0.0.1:{server.server_port}/data.json?token=secret"
        finally:
            server.shutdown()


def test_a_table_is_fetched_from_an_address_whose_secrets_are_not_shown(
    scrimp: Scrimp, data: list[dict[str, Any]]
) -> None:
    with serving(200, changed(data, output_mtok=0.75).encode()) as url:
        ran = scrimp("prices", "update", url)

    assert ran.status == 0
    assert "0.75" in rates(scrimp, "openai/gpt-6-luna")
    assert "secret" not in ran.out + ran.err + scrimp("prices", "check", "openai/gpt-6-luna").out


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (404, {}, "answered with status 404 and no prices: check the address"),
        (302, {"location": "https://elsewhere.example/data.json"}, "leads on to https://elsewhere.example/data.json"),
        (200, {}, "is not JSON"),
    ],
)
def test_an_address_without_prices_changes_nothing(
    scrimp: Scrimp, status: int, headers: dict[str, str], words: str
) -> None:
    with serving(status, b"<html>", **headers) as url:
        ran = scrimp("prices", "update", url)

    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err
    assert not (scrimp.home / "prices.json.gz").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["http://prices.example/data.json"], "is not an https address"),
        (["missing.json"], "missing.json cannot be read (No such file or directory)"),
        ([], "name a file or an https address of prices"),
        (["old.json"], "is of 2020-01-01, older than the table of 2026-11-09 that scrimp ships with"),
        (["negative.json"], "openai/m: input is -1, which cannot be a price"),
        (["x.json", "--undo"], "--undo takes no other table"),
    ],
)
def test_what_cannot_be_a_newer_table_is_refused(scrimp: Scrimp, words: list[str], message: str) -> None:
    def own(date: str, rate: str) -> str:
        row = {"prices": [{"bands": [{"rates": {"input": rate}}]}]}
        return json.dumps({"date": date, "source": "s", "licence": "", "providers": {"openai": {"rows": {"m": row}}}})

    scrimp.file("old.json", own("2020-01-01", "1"))
    scrimp.file("negative.json", own("2027-01-01", "-1"))

    ran = scrimp("prices", "update", *words)

    assert ran.status == 2
    assert message in ran.err
    assert [path.name for path in scrimp.home.iterdir() if path.name.startswith("prices")] == []


def test_a_broken_table_is_replaced_by_an_update(scrimp: Scrimp, data: list[dict[str, Any]]) -> None:
    (scrimp.home / "prices.json.gz").write_bytes(b"broken")
    scrimp.file("new.json", changed(data, output_mtok=0.75))
    assert scrimp("prices", "check", "openai/gpt-6-luna").status == 2

    ran = scrimp("prices", "update", "new.json")

    assert ran.status == 0
    assert "cannot be read" in ran.err
    assert "0.75" in rates(scrimp, "openai/gpt-6-luna")


def test_a_price_of_ones_own_goes_before_the_table_and_after_the_config(scrimp: Scrimp) -> None:
    before = rates(scrimp, "openai/gpt-6-luna")
    scrimp("prices", "set", "gpt-6-luna", "--input", "0.08", "--output", "0.4", "--batch-input", "0.03")
    scrimp("prices", "set", "openai/gpt-6-luna", "--output", "$0.35")

    own = "openai/gpt-6-luna: input 0.08, output 0.35; in batch jobs input 0.03, output 0.35"
    assert rates(scrimp, "openai/gpt-6-luna") == own
    assert rates(scrimp, "openai/gpt-6-luna-2026-09-22") == own.replace("luna:", "luna-2026-09-22:")
    assert json.loads((scrimp.home / "own-prices.json").read_text())["openai/gpt-6-luna"]["rates"] == {
        "input": "0.08", "output": "0.35"
    }  # fmt: skip

    scrimp.config('[models."openai/gpt-6-luna"]\nprice = { input = 9, output = 9 }')
    assert rates(scrimp, "openai/gpt-6-luna") == "openai/gpt-6-luna: input 9, output 9"
    warned = scrimp("prices", "set", "openai/gpt-6-luna", "--remove")
    assert 'the config sets a price under [models."openai/gpt-6-luna"]' in warned.err
    scrimp.config("")
    assert rates(scrimp, "openai/gpt-6-luna") == before


def test_the_list_shows_prices_of_ones_own_in_place_of_the_tables(scrimp: Scrimp) -> None:
    scrimp("prices", "set", "gemini/gemini-3.8-flash", "--input", "0.7", "--output", "3")
    scrimp.config('[providers.house]\ndialect = "openai"\nbase_url = "https://x.example"\nkey_env = ""')
    scrimp("prices", "set", "house/big", "--input", "1", "--output", "2")

    listed = {line.split()[0]: line.split() for line in scrimp("prices", "list").out.splitlines()}

    assert listed["google/gemini-3.8-flash"] == ["google/gemini-3.8-flash", "0.70", "3.00", "user"]
    assert listed["house/big"] == ["house/big", "1.00", "2.00", "user"]
    assert [line.split()[0] for line in scrimp("prices", "list", "house").out.splitlines()] == ["model", "house/big"]


@pytest.mark.parametrize(
    ("provider", "base_url", "model", "rates_there"),
    [
        ("openai", "https://eu.api.openai.com/v1", "gpt-6-luna", "input 0.11, cached input 0.011, cache write 0.1375"),
        ("openai", "https://api.openai.com/v1", "gpt-6-luna", "input 0.1, cached input 0.01, cache write 0.125"),
        ("openai", "https://openai.example.com/v1", "gpt-6-luna", "input 0.1, cached input 0.01, cache write 0.125"),
        ("qwen", "https://ws1.cn-beijing.maas.aliyuncs.com/compatible-mode/v1", "qwen-plus", "input 0.115, cached"),
        ("qwen-cn", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "qwen-plus", "input 0.4, cached"),
    ],
)
def test_the_address_of_a_provider_sets_the_list_and_the_region(
    scrimp: Scrimp, provider: str, base_url: str, model: str, rates_there: str
) -> None:
    scrimp.config(f'[providers.{provider}]\nbase_url = "{base_url}"')

    assert rates(scrimp, f"{provider}/{model}").startswith(f"{provider}/{model}: {rates_there}")


def test_a_model_without_a_price_gets_one_and_is_billed_by_it(scrimp: Scrimp) -> None:
    scrimp.config('[providers.house]\ndialect = "openai"\nbase_url = "https://x.example"\nkey_env = ""')
    scrimp.file("p.txt", "hello")

    assert scrimp("estimate", "p.txt", "--model", "house/big", "--max-output", "10").out.count("$") == 0
    scrimp("prices", "set", "house/big", "--input", "1", "--output", "2")
    assert "$" in scrimp("estimate", "p.txt", "--model", "house/big", "--max-output", "10").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give openai/gpt-6-luna a price, such as --input 0.50 --output 2"),
        (["--input", "1"], "needs both --input and --output: give 0 for what is free"),
        (["--input", "-1", "--output", "1"], "--input -1 is not an amount of dollars"),
        (["--input", "x", "--output", "1"], "--input 'x' is not an amount of dollars"),
        (["--batch-input", "nan"], "is not an amount of dollars"),
        (["--remove"], "no price was set for openai/gpt-6-luna"),
        (["--remove", "--input", "1"], "--remove takes no price"),
    ],
)
def test_what_is_not_a_price_is_refused_and_nothing_is_kept(scrimp: Scrimp, words: list[str], message: str) -> None:
    ran = scrimp("prices", "set", "openai/gpt-6-luna", *words)

    assert ran.status == 2
    assert message in ran.err
    assert not (scrimp.home / "own-prices.json").exists()


def test_a_price_by_the_token_is_warned_of(scrimp: Scrimp) -> None:
    ran = scrimp("prices", "set", "openai/gpt-6-luna", "--input", "0.0000001", "--output", "0.5")

    assert ran.status == 0
    assert "--input 0.0000001 is far from the table's 0.1: prices are for a million tokens" in ran.err
    assert "--output" not in ran.err


def test_a_broken_file_of_ones_own_prices_is_named(scrimp: Scrimp) -> None:
    (scrimp.home / "own-prices.json").write_text('{"openai/x": {"rates": {"inptu": 1}}}')

    ran = scrimp("prices", "check", "openai/gpt-6-luna")

    assert ran.status == 2
    assert "own-prices.json cannot be read" in ran.err
    assert "delete it, and set them again with `scrimp prices set`" in ran.err
