from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.resolved.routes import Routes
from scrimp.config.resolved.tuned_routes import TunedRoute, load_tuned, save_tuned
from scrimp.config.schema import Config
from scrimp.flows.plan.certified.certified_routes import CertifiedRoutes
from scrimp.values import Prompt

ROUTE = TunedRoute(
    signature="triage", steps=("local/smollm2",), policy="smollm2 alone", flagship="openai/gpt-6.1-sol", target=0.95,
    risk=0.05, bound=0.96, pairs=200, below=1.0, saved=0.75, certified="2026-11-09T14:03:21Z",
)  # fmt: skip
PROMPT = Prompt(index=0, text="Sort: a")


def certified(path: Path, said: list[str]) -> CertifiedRoutes:
    """The routes of a file, where ROUTE is."""
    save_tuned(path, [ROUTE])
    config = Config()
    routes = Routes(config, KeyRing({}, config.providers, said.append))
    return CertifiedRoutes(load_tuned(path), routes, name="triage", warn=said.append, path=path)


def test_a_certified_route_knows_its_flagship_and_its_task(tmp_path: Path) -> None:
    route = certified(tmp_path / "tuned.toml", []).route(PROMPT)

    assert route is not None
    assert (route.choice, route.flagship, route.certified_task) == ("routing", "openai/gpt-6.1-sol", "triage")


def test_a_task_that_is_not_certified_stays_with_the_flagship_of_the_newest_certificate(tmp_path: Path) -> None:
    path = tmp_path / "tuned.toml"
    certified(path, [])
    newer = replace(ROUTE, signature="other", flagship="anthropic/claude-opus-5", certified="2026-11-20T00:00:00Z")
    said = list[str]()
    config = Config()
    keys = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"}
    routes = Routes(config, KeyRing(keys, config.providers, said.append))
    found = CertifiedRoutes((newer, ROUTE), routes, name="mail", warn=said.append, path=path)
    route = found.flagship(PROMPT)

    assert found.route(PROMPT) is None
    assert route is not None
    assert [step.name for step in route.chain.steps] == ["anthropic/claude-opus-5"]
    assert route.why == "task mail is not certified: it stays with anthropic/claude-opus-5"
    assert not said


def test_a_flagship_that_cannot_be_called_is_said_once(tmp_path: Path) -> None:
    said = list[str]()
    routes = certified(tmp_path / "tuned.toml", said)
    routes.redirected("triage", "local/smollm2", "other-1")

    assert [routes.flagship(PROMPT) for _ in range(2)] == [None, None]
    assert said[1:] == [
        "tasks that are not certified go by their kind, not to the flagship: there is no key for openai/gpt-6.1-sol"
    ]


def test_once_another_model_answers_a_route_is_used_no_more_and_that_is_said_once(tmp_path: Path) -> None:
    said = list[str]()
    routes = certified(tmp_path / "tuned.toml", said)
    assert routes.route(PROMPT) is not None
    for _ in range(2):
        routes.redirected("triage", "local/smollm2", "other-1")

    assert routes.route(PROMPT) is None
    assert len(said) == 1
    assert "no longer used: local/smollm2 was answered by other-1" in said[0]


def test_a_route_that_was_certified_again_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "tuned.toml"
    routes = certified(path, [])
    again = replace(ROUTE, certified="2026-11-28T10:00:00Z")
    save_tuned(path, [again])
    routes.redirected("triage", "local/smollm2", "other-1")

    assert load_tuned(path) == (again,)


def test_where_it_cannot_be_written_down_the_run_goes_on_and_says_so(tmp_path: Path) -> None:
    said = list[str]()
    routes = certified(tmp_path / "tuned.toml", said)
    (tmp_path / "tuned.toml").write_text("routes = 3\n")
    routes.redirected("triage", "local/smollm2", "other-1")

    assert len(said) == 2
    assert "tuned.toml" in said[1]
