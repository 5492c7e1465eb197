"""`scrimp runs merge`: the calls and runs of other machines in one ledger, and one sum of their costs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider


@pytest.fixture
def nodes(scrimp: Scrimp, provider: FakeProvider, tmp_path: Path) -> list[Path]:
    """Three homes, in which the shards of an input were run."""
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"row {n}"}) + "\n" for n in range(30)))
    homes = []
    for n in range(1, 4):
        home = tmp_path / f"node-{n}"
        home.mkdir(mode=0o700)
        shutil.copy(scrimp.home / "config.toml", home)
        own, scrimp.env["SCRIMP_HOME"] = scrimp.env["SCRIMP_HOME"], str(home)
        assert scrimp("run", "rows.jsonl", "--shard", f"{n}/3", "--tag", f"node={n}").status == 0
        scrimp.env["SCRIMP_HOME"] = own
        homes.append(home)
    return homes


def cost_of(scrimp: Scrimp) -> dict[str, Any]:
    ((found,),) = [json.loads(scrimp("cost", "--by", "model", "--json").out)]
    return {name: found[name] for name in ("calls", "cost_usd")}


def test_costs_and_runs_of_all_machines_are_in_one_place_and_counted_once(scrimp: Scrimp, nodes: list[Path]) -> None:
    scrimp("run", "rows.jsonl", "--limit", "1")
    cost_of(scrimp)  # the sums are kept from now on
    first = scrimp("runs", "merge", *map(str, nodes))
    again = scrimp("runs", "merge", *map(str, reversed(nodes)), "--json")

    assert (first.status, again.status) == (0, 0), first.err + again.err
    assert first.out.splitlines()[-1].startswith("together: 30 new calls")
    assert [each["calls"] for each in again.rows] == [0, 0, 0]
    runs = json.loads(scrimp("runs", "list", "--json").out)
    assert {each["run"].split("-")[-1] for each in runs} > {"1of3", "2of3", "3of3"}
    assert len(runs) == 4
    assert cost_of(scrimp) == {"calls": 31, "cost_usd": 0.00093}  # of 10 tokens in and 2 out each
    shown = scrimp("runs", "show", runs[0]["run"])
    assert (shown.status, "total" in shown.out) == (0, True)


def test_one_that_cannot_be_merged_keeps_no_other_from_it(scrimp: Scrimp, nodes: list[Path]) -> None:
    (nodes[1] / "ledger.db").write_bytes(b"no database" * 1000)
    ran = scrimp("runs", "merge", *map(str, nodes), "nowhere", str(scrimp.home))
    errors = [line for line in ran.err.splitlines() if line.startswith("scrimp: ")]

    assert ran.status == 2
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == [str(nodes[0]), str(nodes[2]), "together"]
    assert ["damaged" in errors[0], "nowhere" in errors[1], "of this home" in errors[2]] == [True] * 3


def test_a_run_that_goes_on_is_merged_again_later(
    scrimp: Scrimp, provider: FakeProvider, nodes: list[Path], tmp_path: Path
) -> None:
    provider.hold(after=len(provider.bodies))
    own, scrimp.env["SCRIMP_HOME"] = scrimp.env["SCRIMP_HOME"], str(nodes[0])
    before = len(provider.bodies)
    run = scrimp.start("run", "rows.jsonl", "--cache", "off", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: len(provider.bodies) > before, run=run)
    run.kill()
    run.wait()
    scrimp.env["SCRIMP_HOME"] = own
    ran = scrimp("runs", "merge", str(nodes[0]))

    assert ran.status == 0
    assert "1 run without an end" in ran.out
    assert "merge it again" in ran.err
    newest = json.loads(scrimp("runs", "list", "--limit", "1", "--json").out)[0]
    asked = scrimp("runs", "errors", newest["run"])
    assert newest["state"] == "elsewhere"
    assert asked.status == 2
    assert f"`scrimp runs errors {newest['run']}` on the machine where it ran" in asked.err
