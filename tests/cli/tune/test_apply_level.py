from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

import lockers
import recordings
from command import Scrimp
from fake_provider import FakeProvider, completion, fake_provider
from fork_server import ForkServer

TARGET = ("--target", "0.9")
SHADOW = ("tune", "shadow", "--share", "100%", "--route", "lockers", "--compress", "focus")
APPLY = ("tune", "apply", "--compress", "focus", *TARGET)


@pytest.fixture(scope="module")
def applied_once(tmp_path_factory: pytest.TempPathFactory, forks: ForkServer) -> Path:
    """A home with a level that 40 pairs certified for the task lockers."""
    place = tmp_path_factory.mktemp("level")
    scrimp = Scrimp(place, forks)
    with fake_provider(lockers.answer) as provider:
        scrimp.provider(provider.url)
        lockers.write(scrimp, "p.jsonl", range(40))
        scrimp(*SHADOW, "p.jsonl")
        ran = scrimp(*APPLY)
    assert ran.status == 0, ran.err
    assert "focus 0.6 applied to lockers: written to" in ran.err
    return place


@pytest.fixture
def applied(scrimp: Scrimp, provider: FakeProvider, applied_once: Path) -> Scrimp:
    """The same with a provider of its own, and rows that are new."""
    scrimp.copy(applied_once)
    provider.answer = lockers.answer
    scrimp.provider(provider.url)
    lockers.write(scrimp, "new.jsonl", range(100, 103))
    return scrimp


def levels(scrimp: Scrimp) -> list[dict[str, Any]]:
    return list(tomllib.loads((scrimp.home / "tuned.toml").read_text(encoding="utf-8")).get("levels", []))


def level_of(scrimp: Scrimp, *words: str) -> set[tuple[str, bool]]:
    """The levels of new rows, and whether they say that they were certified."""
    ran = scrimp("run", "new.jsonl", *words)
    assert ran.status == 0, ran.err
    return {(row["compressed"]["level"], "certified" in row["compressed"].get("why", "")) for row in ran.rows}


TASK = ("--route", "lockers")
CERTIFIED, DEFAULT = {("focus", True)}, {("lossless", False)}


def test_rows_of_the_task_go_at_the_certified_level_and_say_so_from_the_cache_too(applied: Scrimp) -> None:
    live, cached = level_of(applied, *TASK), level_of(applied, *TASK)
    (level,) = levels(applied)
    explained = applied("route", "new.jsonl", "--limit", "1", "--explain", *TASK).out

    assert live == cached == CERTIFIED
    assert f"compression: focus 0.6, certified {level['certified'][:10]} to keep 9" in explained
    assert "(40 pairs)" in explained
    assert level_of(applied) == DEFAULT  # of another task
    assert "to run lockers: scrimp run p.jsonl --route lockers" in applied(*APPLY).out


def test_an_answer_that_was_paid_for_by_a_certified_row_does_not_speak_of_it_where_the_user_chose_the_level(
    applied: Scrimp,
) -> None:
    level_of(applied, *TASK)

    assert level_of(applied, *TASK, "--compress", "focus") == {("focus", False)}


def test_a_level_that_the_user_chose_goes_before_a_certified_one(applied: Scrimp) -> None:
    config = (applied.home / "config.toml").read_text()
    flag = level_of(applied, *TASK, "--compress", "lossless")
    applied.config(config + '[[rules]]\nroute = "lockers"\ntier = "simple"\ncompress = "tidy"\n')
    rule = level_of(applied, *TASK)
    applied.config('[defaults]\ncompress = "off"\n' + config)
    (row, *_) = applied("run", "new.jsonl", *TASK).rows
    again = applied(*APPLY)

    assert (flag, rule, row.get("compressed")) == (DEFAULT, {("tidy", False)}, None)
    assert "compress is set in" in again.err
    assert "which overrides certified levels: remove it there" in again.err


def test_a_certificate_is_of_one_model_and_of_one_step(applied: Scrimp, provider: FakeProvider) -> None:
    more = '[models."fake/other"]\nprice = { input = 1.0, output = 10.0 }\n'
    applied.provider(provider.url, more=more)
    named, chain = (level_of(applied, *TASK, *to) for to in (("-m", "fake/other"), ("--chain", "simple,fake/other")))
    explained = applied("route", "new.jsonl", "--limit", "1", "--explain", *TASK, "-m", "fake/other").out

    assert named == chain == DEFAULT
    assert "certified is focus 0.6 for fake/test-model, and the prompt goes to fake/other" in explained


def test_a_level_certified_of_other_code_is_not_used_and_cost_says_so_once(applied: Scrimp) -> None:
    tuned = applied.home / "tuned.toml"
    tuned.write_text(tuned.read_text().replace(levels(applied)[0]["version"], "00000000"), encoding="utf-8")
    ran = applied("run", "new.jsonl", *TASK)
    first, second = applied("cost"), applied("cost")

    assert {row["compressed"]["level"] for row in ran.rows} == {"lossless"}
    assert ran.err.count("scrimp's compression has changed since it was certified") == 1
    assert "focus 0.6, certified for task lockers on " in first.err
    assert "is no longer used: scrimp's compression has changed since; collect pairs again" in first.err
    assert "no longer used" not in second.err


def test_a_certificate_of_other_code_is_no_evidence_against_pairs_of_this_one(applied: Scrimp) -> None:
    tuned = applied.home / "tuned.toml"
    tuned.write_text(tuned.read_text().replace(levels(applied)[0]["version"], "00000000"), encoding="utf-8")
    noted, renewed = applied("cost"), applied(*APPLY)

    assert "is no longer used: scrimp's compression has changed since" in noted.err
    assert "focus 0.6 applied to lockers" in renewed.err
    assert level_of(applied, *TASK) != DEFAULT


def test_later_pairs_that_contradict_it_end_a_certificate_and_those_before_do_not_renew_it(applied: Scrimp) -> None:
    tuned = applied.home / "tuned.toml"
    # As if it had been certified a while ago: a certificate is a second long.
    tuned.write_text(tuned.read_text().replace(levels(applied)[0]["certified"], "2026-01-02T03:04:05Z"))
    replies = "UPDATE level_replies SET time = 1767000000"
    recordings.change(applied, replies)
    lockers.write(applied, "late.jsonl", range(200, 212), lambda number: number < 205)
    shadow = applied(*SHADOW, "late.jsonl")
    renewed = applied(*APPLY)

    assert "pairs kept the answer, where 90 % should; collect pairs again" in shadow.err
    assert level_of(applied, *TASK) == DEFAULT
    assert "it is no longer certified" not in applied("cost").err
    assert renewed.status == 2
    assert "in 12 pairs" in renewed.out


def test_a_level_certified_by_right_answers_is_watched_by_how_often_answers_agreed(applied: Scrimp) -> None:
    (plain,) = levels(applied)
    applied(*SHADOW, "p.jsonl", "--gold", "code")
    applied(*APPLY)
    (labeled,) = levels(applied)

    assert "compared" not in plain
    assert (labeled["kept"], labeled["agreed"], labeled["compared"]) == ("right answers", 40, 40)


def test_later_pairs_that_agree_leave_it_in_force(applied: Scrimp) -> None:
    tuned = applied.home / "tuned.toml"
    tuned.write_text(tuned.read_text().replace(levels(applied)[0]["certified"], "2026-01-02T03:04:05Z"))
    lockers.write(applied, "late.jsonl", range(200, 212), lambda number: number == 207)
    shadow = applied(*SHADOW, "late.jsonl")

    assert "no longer used" not in shadow.err + applied("cost").err
    assert level_of(applied, *TASK) == CERTIFIED


def test_a_gateway_that_has_another_model_answer_voids_it(applied: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: completion("1", model="something-else")
    ran = applied("run", "new.jsonl", *TASK, "-q")

    assert "is no longer used: fake/test-model was answered by something-else" in ran.err
    assert levels(applied)[0]["drift"] == "fake/test-model was answered by something-else"
    assert level_of(applied, *TASK, "--cache", "refresh") == DEFAULT


def test_a_share_of_certified_rows_goes_without_the_level_at_the_end_of_a_run_and_ends_a_certificate_that_fails(
    applied: Scrimp, provider: FakeProvider
) -> None:
    tuned = applied.home / "tuned.toml"
    tuned.write_text(tuned.read_text().replace(levels(applied)[0]["certified"], "2026-01-02T03:04:05Z"))
    recordings.change(applied, "UPDATE level_replies SET time = 1767000000")
    applied.provider(
        provider.url,
        more='[shadow]\nshare = "100%"\nmodels = ["fake/test-model", "fake/other"]\n'
        '[models."fake/other"]\nprice = { input = 1.0, output = 10.0 }\n',
    )
    calm = applied("run", "new.jsonl", *TASK, "-q")
    before = len(provider.bodies)
    lockers.write(applied, "new.jsonl", range(200, 212), lambda number: number < 207)
    failing = applied("run", "new.jsonl", *TASK)
    after = applied("run", "new.jsonl", *TASK, "--cache", "refresh")

    assert before == 2 * 3
    assert (
        len(provider.bodies) - before == 2 * 12 + 2 * 12
    )  # the last run goes to the other model, as all that is shadowed
    assert "no longer used" not in calm.err
    assert "shadow: 12 prompts at a certified level also sent without it" in failing.err
    assert "pairs kept the answer, where 90 % should; collect pairs again" in failing.err
    assert {row["compressed"]["level"] for row in after.rows} == {"lossless"}


def test_status_shows_what_is_applied_and_what_is_in_its_way(applied: Scrimp) -> None:
    (level,) = levels(applied)
    shown = applied("tune", "status").out
    applied.env["SCRIMP_COMPRESS"] = "tidy"
    (overridden,) = json.loads(applied("tune", "status", "--json").out)["levels"]
    del applied.env["SCRIMP_COMPRESS"]
    tuned = applied.home / "tuned.toml"
    tuned.write_text(tuned.read_text().replace(level["version"], "00000000"), encoding="utf-8")
    drifted = applied("tune", "status")

    assert "fake/test-model at focus 0.6" in shown
    assert "in use" in shown
    assert overridden["not_used"] == "compress is set in SCRIMP_COMPRESS"
    assert "not used: scrimp's compression has changed since" in drifted.out
    assert "is no longer used" in drifted.err


def test_status_says_that_nothing_is_applied(scrimp: Scrimp) -> None:
    assert "nothing is applied: scrimp tune apply does that" in scrimp("tune", "status").out


def test_it_is_undone_and_a_dry_run_or_nothing_certified_writes_nothing(applied: Scrimp) -> None:
    written = (applied.home / "tuned.toml").read_bytes()
    dry, none = applied(*APPLY, "--dry-run"), applied("tune", "apply", "--compress", "focus", "--target", "0.99")
    unchanged = (applied.home / "tuned.toml").read_bytes() == written
    applied("tune", "apply", "--undo")

    assert "task lockers would go to fake/test-model at focus 0.6" in dry.out
    assert (dry.status, none.status, unchanged) == (0, 2, True)
    assert "nothing is certified, so nothing is changed" in none.err
    assert level_of(applied, *TASK) == DEFAULT


def test_routes_and_levels_stay_when_the_other_is_applied(applied: Scrimp) -> None:
    from scrimp.config.resolved.tuned_routes import TunedRoute, load_levels, load_tuned, save_tuned

    path = applied.home / "tuned.toml"
    route = TunedRoute(
        signature="lockers", steps=("fake/test-model",), policy="always", flagship="fake/test-model", target=0.9,
        risk=0.05, bound=0.95, pairs=100, below=1.0, saved=0.5, certified="2026-11-09T14:03:21Z",
    )  # fmt: skip
    save_tuned(path, [route])
    both = level_of(applied, *TASK)
    applied(*APPLY)

    assert both == CERTIFIED  # a route to one model, at the level that is certified of that model
    assert (load_tuned(path), [level.signature for level in load_levels(path)]) == ((route,), ["lockers"])


def test_a_share_to_keep_is_certified_and_applied_apart_from_the_default_one(applied: Scrimp) -> None:
    lockers.write(applied, "p.jsonl", range(40))
    applied(*SHADOW, "p.jsonl", "--keep", "0.9")
    nothing = applied("tune", "certify", "--compress", "focus", "--keep", "0.5")
    ran = applied(*APPLY, "--keep", "0.9")
    rows = applied("run", "new.jsonl", *TASK).rows

    assert "no pair of focus 0.5 is recorded (there are some of focus 0.9, focus 0.6)" in nothing.err
    assert "focus 0.9 applied to lockers" in ran.err
    assert {(row["compressed"]["level"], row["compressed"]["keep"]) for row in rows} == {("focus", 0.9)}
    assert [json.dumps(level["keep"]) for level in levels(applied)] == ["0.9"]


def test_a_level_is_found_by_the_template_of_its_task_and_by_no_other(scrimp: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lockers.answer
    scrimp.provider(provider.url)
    template, other = (f"Passage:\n{{passage}}\n\n{word} this question: {{question}}" for word in ("Answer", "Solve"))
    for name, numbers in (("p.jsonl", range(40)), ("new.jsonl", range(100, 103))):
        parts = [lockers.prompt(number).removeprefix("Passage:\n").split("\n\nQuestion: ") for number in numbers]
        scrimp.file(name, recordings.text({"passage": passage, "question": question} for passage, question in parts))
    scrimp(*SHADOW, "p.jsonl", "-t", template)
    applied = scrimp(*APPLY)

    assert "to run lockers: scrimp run p.jsonl --template 'Passage:" in applied.out
    assert "--route" not in applied.out
    assert level_of(scrimp, "-t", template) == CERTIFIED
    assert level_of(scrimp, "-t", other) == DEFAULT


def test_a_level_is_certified_of_the_effort_it_was_collected_at(scrimp: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lockers.answer
    scrimp.provider(provider.url)
    config = scrimp.home / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("test-model", "gpt-5-mini"), encoding="utf-8")
    lockers.write(scrimp, "p.jsonl", range(40))
    lockers.write(scrimp, "new.jsonl", range(100, 103))
    collected = scrimp(*SHADOW, "--effort", "low", "p.jsonl")
    ran = scrimp(*APPLY)

    assert (collected.status, ran.status) == (0, 0), ran.err
    assert [level["model"] for level in levels(scrimp)] == ["fake/gpt-5-mini@low"]
    assert level_of(scrimp, *TASK, "--effort", "low") == CERTIFIED
    assert level_of(scrimp, *TASK, "-m", "fake/gpt-5-mini@low", "--effort", "high") == CERTIFIED
    assert level_of(scrimp, *TASK, "--effort", "high") == level_of(scrimp, *TASK) == DEFAULT
