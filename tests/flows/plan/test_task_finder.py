from __future__ import annotations

from scrimp.flows.plan.certified.task_finder import TaskFinder
from scrimp.routing.task_signature import task_signature
from scrimp.routing.template_fingerprint import template_fingerprint
from scrimp.values import Parameters, Prompt

TEMPLATE = "Which team answers this ticket? {body}"
PROMPT = Prompt(index=0, text="Which team answers this ticket? Where is it?", template=TEMPLATE)
BARE = Prompt(index=1, text="What is the capital of Peru?")
NONE = Parameters()
FINGERPRINT = template_fingerprint(PROMPT, NONE) or ""


def finder(templates: dict[str, str | None], name: str | None = None) -> TaskFinder:
    return TaskFinder(templates, name=name, parameters=NONE)


def test_the_name_finds_a_task_and_no_template_another_one() -> None:
    named = finder({"tickets": FINGERPRINT, "mail": ""}, "mail")
    unknown = finder({"tickets": FINGERPRINT}, "post")

    assert named.find(PROMPT) == named.find(BARE) == "mail"
    assert unknown.find(PROMPT) is None
    assert unknown.explain(PROMPT) == "task post, named by --route, is not certified (certified: tickets)"


def test_a_template_finds_the_one_task_that_was_certified_with_it() -> None:
    found = finder({"tickets": FINGERPRINT, "mail": "0" * 16, "bare": ""})

    assert found.find(PROMPT) == "tickets"
    assert found.explain(PROMPT) == "task tickets, found by its template, system text, labels and schema"
    assert found.find(BARE) is None
    assert "not made by a --template" in found.explain(BARE)
    assert "--route NAME names it (certified: tickets, mail, bare)" in found.explain(BARE)


def test_a_template_of_two_tasks_finds_neither() -> None:
    found = finder({"tickets": FINGERPRINT, "mail": FINGERPRINT})

    assert found.find(PROMPT) is None
    assert "its template is that of several certified tasks" in found.explain(PROMPT)


def test_a_task_certified_before_templates_were_kept_is_found_as_it_was_then() -> None:
    tasks: dict[str, str | None] = {task_signature(each, NONE, None): None for each in (PROMPT, BARE)}
    found = finder(tasks)

    assert [found.find(PROMPT), found.find(BARE)] == list(tasks)
    assert "found by its signature" in found.explain(BARE)


def test_bare_prompts_that_were_certified_without_a_name_are_found_by_their_signature_as_a_name_alone() -> None:
    signature = task_signature(BARE, NONE, None)

    assert finder({signature: ""}).find(BARE) is None
    assert finder({signature: ""}, signature).find(BARE) == signature
