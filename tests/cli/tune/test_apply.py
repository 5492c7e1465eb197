from __future__ import annotations

import json

import recordings
from command import Scrimp


def test_a_certified_route_is_taken_by_runs_and_says_why(applied: Scrimp) -> None:
    recordings.prompts(applied, "new.jsonl", range(200, 230))
    (row, *_) = rows = applied("run", "new.jsonl", *recordings.TEMPLATE).rows
    (route,) = recordings.tuned(applied)

    assert "gemini-tiny and rec/gpt-tiny agree, certified " in row["why"]
    assert f"({route['pairs']} pairs)" in row["why"]
    assert {each["model"] for each in rows} <= {"gpt-tiny", "gemini-tiny", "claude-large"}
    assert [each["escalated"] and each["model"] == "claude-large" for each in rows].count(True) == 6
    assert "tuned " in applied("route", "new.jsonl", *recordings.TEMPLATE, "--limit", "1").out


def test_a_rule_and_a_flag_go_before_what_was_learned(applied: Scrimp) -> None:
    flagged = applied("run", "p.jsonl", *recordings.TEMPLATE, "--limit", "1", "--model", "rec/claude-large").rows
    applied.config(recordings.CONFIG + '[[rules]]\nmatch = "plus"\ntier = "high"\n')
    recordings.prompts(applied, "new.jsonl", range(300, 301))
    ruled = applied("run", "new.jsonl", *recordings.TEMPLATE).rows

    assert [row["model"] for row in (*flagged, *ruled)] == ["claude-large"] * 2
    assert ruled[0]["why"].startswith("rule 1")


def test_the_file_is_the_users_alone_and_undone_twice_is_as_it_was(applied: Scrimp) -> None:
    path = applied.home / "tuned.toml"
    written = path.read_bytes()
    once = applied("tune", "apply", "--undo")
    gone = path.exists()
    twice = applied("tune", "apply", "--undo")

    assert (once.status, twice.status, gone) == (0, 0, False)
    assert "0 routes" in once.err
    assert "1 route\n" in twice.err
    assert path.read_bytes() == written
    for file in applied.home.glob("tuned*"):
        assert file.stat().st_mode & 0o777 == 0o600


def test_there_is_nothing_to_undo_before_anything_was_applied(recorded: Scrimp) -> None:
    ran = recorded("tune", "apply", "--undo")

    assert ran.status == 2
    assert "there is nothing to undo" in ran.err


def test_nothing_certified_changes_nothing_and_a_dry_run_neither(gathered: Scrimp) -> None:
    gathered("tune", "label", "--check", recordings.ODD)
    dry = gathered("tune", "apply", "--dry-run")
    none = gathered("tune", "apply", "--target", "0.999", "--risk", "0.001")

    assert (dry.status, none.status) == (0, 2)
    assert "would go to rec/gemini-tiny, then rec/gpt-tiny, then rec/claude-large" in dry.out
    assert "nothing is certified" in none.err
    assert not (gathered.home / "tuned.toml").exists()


def test_a_route_whose_provider_has_no_key_or_is_gone_is_not_used_and_that_is_said(applied: Scrimp) -> None:
    with_key = recordings.CONFIG.replace('base_url = "replay', 'key_env = "REC_KEY"\nbase_url = "replay')
    other = '[providers.other]\nbase_url = "replay:recording.jsonl"\n[tiers]\nmedium = ["other/gpt-tiny"]\n'
    keyless = with_key.replace("[tiers]\n", other).replace('medium = ["rec/gpt-tiny"]\n', "")
    applied.config(keyless.replace("simple = [", 'simple = ["other/gpt-tiny", '))
    without_key = applied("run", "p.jsonl", *recordings.TEMPLATE, "--limit", "3")
    applied.config(other + 'simple = ["other/gpt-tiny"]\nhigh = ["other/claude-large"]\n')
    gone = applied("run", "p.jsonl", *recordings.TEMPLATE, "--limit", "3")

    for ran in (without_key, gone):
        assert ran.status == 0, ran.err
        assert ran.err.count("the route learned for task") == 1
        assert "is not used" in ran.err
        assert {row["provider"] for row in ran.rows} == {"other"}


def test_a_file_that_was_spoilt_is_named_with_the_way_back(applied: Scrimp) -> None:
    (applied.home / "tuned.toml").write_text("routes = 3\n", encoding="utf-8")
    ran = applied("run", "p.jsonl", *recordings.TEMPLATE, "--limit", "1")

    assert ran.status == 2
    assert "tuned.toml" in ran.err
    assert "scrimp tune apply --undo" in ran.err


def test_a_route_that_does_what_it_was_certified_on_stays(applied: Scrimp) -> None:
    applied("run", "p.jsonl", *recordings.TEMPLATE, "-q")

    assert "no longer used" not in applied("cost").err
    assert "drift" not in recordings.tuned(applied)[0]


def test_a_route_that_climbs_much_more_often_is_said_once_and_not_used_any_longer(applied: Scrimp) -> None:
    rows = list(recordings.rows(260))[200:]
    for row in rows:
        row["models"]["gemini-tiny"]["out"] = "42"
    applied.file("recording.jsonl", recordings.text(rows))
    recordings.prompts(applied, "new.jsonl", range(200, 260))
    first = applied("run", "new.jsonl", *recordings.TEMPLATE)
    second = applied("cost")
    after = applied("run", "new.jsonl", *recordings.TEMPLATE, "--limit", "1").rows
    explained = applied("route", "new.jsonl", *recordings.TEMPLATE, "--limit", "1", "--explain").out

    assert first.err.count("is no longer used: 0 % of 60 rows ended below rec/claude-large, 80 % when") == 1
    assert "no longer used" not in second.err
    assert "is no longer certified (0 % of 60 rows ended below" in after[0]["why"]
    assert "; it is no longer certified (0 % of 60 rows" in explained
    assert "it stays with rec/claude-large" in after[0]["why"]
    # To take the certificate back is to go before it, not before what became of it.
    assert "0 routes" in applied("tune", "apply", "--undo").err


def test_a_quiet_run_is_told_of_a_route_that_no_longer_holds_and_of_nothing_else(applied: Scrimp) -> None:
    rows = list(recordings.rows(260))[200:]
    for row in rows:
        row["models"]["gemini-tiny"]["out"] = "42"
    applied.file("recording.jsonl", recordings.text(rows))
    recordings.prompts(applied, "new.jsonl", range(200, 260))
    (said,) = applied("run", "new.jsonl", *recordings.TEMPLATE, "-q").err.splitlines()

    assert said.startswith("scrimp: warning: the route certified for task ")
    assert "is no longer used" in said


def test_a_route_certified_again_begins_with_a_clean_record(applied: Scrimp) -> None:
    (route,) = recordings.tuned(applied)
    applied("run", "p.jsonl", *recordings.TEMPLATE, "-q", "--limit", "60")
    chains = recordings.entries(applied, "SELECT DISTINCT chain FROM entries WHERE chain IS NOT NULL")

    assert chains == [(f"tuned:{route['signature']}@{route['certified']}",)]


def test_a_bare_prompt_with_choices_is_of_the_task_it_was_gathered_as(recorded: Scrimp) -> None:
    choices = ",".join(str(2 * n + 7 + wrong) for n in range(200) for wrong in (0, 1))
    words = ("--choices", choices, "--route", "sums")
    recorded("tune", "shadow", "p.jsonl", "--share", "100%", "--limit", "200", *words)
    applied = recorded("tune", "apply", "--target", "0.6")
    ran = recorded("run", "p.jsonl", "--limit", "1", "--cache", "refresh", *words)
    tasks = recordings.entries(recorded, "SELECT DISTINCT signature FROM entries")

    assert applied.status == 0, applied.err
    assert ran.rows[0]["why"].startswith("tuned ")
    assert len(tasks) == 1


def test_a_prompt_of_another_task_stays_with_the_flagship_and_explain_says_so(applied: Scrimp) -> None:
    applied.file("other.jsonl", '{"text": "Write a sonnet about geese."}\n')
    (row,) = applied("route", "other.jsonl", "--explain", "--json").rows
    low = applied("route", "other.jsonl", "--explain", "--json", "--priority", "low").rows[0]

    assert "is not certified: it stays with rec/claude-large" in json.dumps(row)
    assert "it stays with" not in json.dumps(low)


def test_what_holds_only_on_average_over_tasks_is_applied_only_where_asked_for(recorded: Scrimp) -> None:
    for name, numbers in (("a", range(80)), ("b", range(80, 160))):
        recordings.prompts(recorded, f"{name}.jsonl", numbers)
        recorded("tune", "shadow", f"{name}.jsonl", "--share", "100%", "--route", name)
    recorded("tune", "label", "--check", recordings.ODD)
    refused = recorded("tune", "apply", "--target", "0.9")
    pooled = recorded("tune", "apply", "--target", "0.9", "--pooled")

    assert "on average over these 2 tasks, not of each" in refused.out
    assert refused.status == 2
    assert "nothing is certified of one task alone, so nothing is changed" in refused.err
    assert pooled.status == 0, pooled.err
    assert [route["signature"] for route in recordings.tuned(recorded)] == ["a", "b"]


def test_a_mixture_is_applied_as_a_whole(recorded: Scrimp) -> None:
    for name, numbers in (("a", range(100)), ("b", range(100, 200))):
        recordings.prompts(recorded, f"{name}.jsonl", numbers)
        recorded("tune", "shadow", f"{name}.jsonl", "--share", "100%", "--route", name)
    recorded("tune", "label", "--check", recordings.ODD)
    ran = recorded("tune", "apply", "--target", "0.8", "--mixture")
    routes = recordings.tuned(recorded)

    assert ran.status == 0, ran.err
    assert "all tasks together: a policy for each" in ran.out
    assert [route["signature"] for route in routes] == ["a", "b"]
    assert sum(route["pairs"] for route in routes) < 200  # each has what it was tested on


def test_a_run_says_which_rows_are_of_no_certified_task_and_how_to_name_it(applied: Scrimp) -> None:
    (route,) = recordings.tuned(applied)
    bare = applied("run", "p.jsonl", "--limit", "3")
    misnamed = applied("run", "p.jsonl", "--limit", "2", "--route", "smus")
    found = applied("run", "p.jsonl", "--limit", "2", *recordings.TEMPLATE)
    ruled = applied("run", "p.jsonl", "--limit", "2", "--tier", "simple")

    assert (
        "3 rows went to rec/claude-large, being of no certified task: where they are of one, name it with" in bare.err
    )
    assert f"--route (certified: {route['signature']}); scrimp route --explain tells more" in bare.err
    assert f"task smus is not certified (certified: {route['signature']})" in misnamed.err
    assert "no certified task" not in found.err + ruled.err


def test_a_named_task_is_found_by_its_template_and_watched_under_its_name(named: Scrimp) -> None:
    (row,) = named("route", "p.jsonl", *recordings.TEMPLATE, "--limit", "1", "--explain", "--json").rows
    other = named("route", "p.jsonl", "-t", recordings.TEMPLATE[1].replace("only", "just"), "--limit", "1")
    named("run", "p.jsonl", *recordings.TEMPLATE, "--limit", "5", "-q", "--cache", "refresh")

    assert "task sums, found by its template, system text, labels and schema" in row["rules"]
    assert row["why"].startswith("tuned sums: ")
    assert "it stays with rec/claude-large" in other.out
    assert recordings.entries(
        named, "SELECT DISTINCT signature FROM entries WHERE chain LIKE 'tuned:%' AND route IS NULL"
    ) == [("sums",)]


def test_a_task_of_bare_prompts_is_found_by_its_name_alone_and_apply_says_how(recorded: Scrimp) -> None:
    shadow = recorded("tune", "shadow", "p.jsonl", "--share", "100%", "--limit", "80")
    applied = recorded("tune", "apply", "--target", "0.7")
    line = applied.out.splitlines()[-1]
    unnamed = recorded("route", "p.jsonl", "--limit", "1", "--explain")
    by_line = recorded("route", *line.split(": scrimp run ")[1].split(), "--limit", "3").out
    (route,) = recordings.tuned(recorded)

    assert line == f"to run {route['signature']}: scrimp run p.jsonl --route {route['signature']}"
    assert "name the task of these prompts with --route" in shadow.err
    assert "a prompt that is not made by a --template does not tell its task; --route NAME names it" in unnamed.out
    assert by_line.count(f"tuned {route['signature']}: ") == 3


def test_prompts_that_were_collected_without_a_name_get_one_and_are_not_paid_again(named: Scrimp) -> None:
    assert recordings.entries(named, "SELECT signature, count(*) FROM prompts GROUP BY 1") == [("sums", 200)]
    assert recordings.entries(named, "SELECT count(*) FROM entries") == [(600,)]


def test_a_look_at_pairs_without_a_name_counts_for_the_name_they_get(gathered: Scrimp) -> None:
    gathered("tune", "certify")
    words = ("--limit", "210", "--share", "100%", "--route", "sums")
    gathered("tune", "shadow", "p.jsonl", *recordings.TEMPLATE, *words)
    gathered("tune", "certify")

    assert recordings.entries(gathered, "SELECT count(*) FROM level_looks WHERE task = 'sums'") == [(2,)]


def test_a_template_of_two_named_tasks_finds_neither_whichever_was_certified_first(named: Scrimp) -> None:
    recordings.prompts(named, "others.jsonl", range(300, 304))
    ran = named("tune", "shadow", "others.jsonl", *recordings.TEMPLATE, "--share", "100%", "--route", "others")
    found = named("route", "p.jsonl", *recordings.TEMPLATE, "--limit", "1").out
    by_name = named("route", "p.jsonl", *recordings.TEMPLATE, "--limit", "1", "--route", "sums").out

    assert "task sums is found by --route sums alone from now on: its template is that of others too" in ran.err
    assert "it stays with rec/claude-large" in found
    assert "tuned sums" in by_name
    assert [route["template"] for route in recordings.tuned(named)] == [""]


def test_pairs_of_a_run_that_found_its_task_by_the_template_are_of_that_task(named: Scrimp) -> None:
    named.config(recordings.CONFIG + '[shadow]\nshare = "100%"\nmax_cost = 0.5\n')
    recordings.prompts(named, "new.jsonl", range(300, 310))
    named("run", "new.jsonl", *recordings.TEMPLATE, "-q")

    assert recordings.entries(named, "SELECT signature, named, count(*) FROM prompts GROUP BY 1, 2") == [
        ("sums", 1, 210)
    ]
