"""What is certified is what runs: every policy, driven live as the chain that carries it out, against its replay."""

from __future__ import annotations

from math import log

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.answers.canonical import canonical
from scrimp.answers.label_probability import label_confidence
from scrimp.escalation.attempts import kept_of
from scrimp.escalation.confidence import assessor_for
from scrimp.escalation.escalate import escalate
from scrimp.escalation.questions import CallStep
from scrimp.flows.plan.certified.certified_routes import certified_chain
from scrimp.flows.tune.certificates import chain_of
from scrimp.tuning.policies import Agree, Always, Backed, Confident, Policy, replay
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow
from scrimp.values import Completion, ModelRef, Parameters, Step, TokenLogprob

FLAGSHIP = "top"
COSTS = {"a": 1.0, "b": 2.0, "c": 4.0, "d": 8.0, FLAGSHIP: 100.0}
LABELS = ("yes", "no", "unknown")
OPEN_WORDS = st.sampled_from(
    ("18", "$18.00", "19", "The answer is 18.", "I don't know.", "N/A", "unknown", '{"answer": null}', "Paris",
     "I'm sorry, but I can't help with that.", "Once upon a time there lived a king who had no daughters.", "null")
)  # fmt: skip
LABEL_WORDS = st.sampled_from(("yes", "no", "unknown", "yes", "It depends.", "I don't know."))
CONFIDENCES = st.sampled_from((None, 0.2, 0.6, 0.89, 0.9, 0.97))
POLICIES = st.sampled_from(
    (
        Always("a"), Always(FLAGSHIP), Agree(("a", "b")), Agree(("a", "b", "c")), Agree(("a", "b", "c", "d")),
        Backed("a", ("b",)), Backed("c", ("a", "b")), Backed("b", ("a", "c", "d")), Confident("a", 0.9),
        Confident("b", 0.5),
    )
)  # fmt: skip


def completion(model: str, text: str, confidence: float | None) -> Completion:
    logprobs = ()
    if confidence is not None and text in LABELS:
        others = [label for label in LABELS if label != text]
        rest = tuple((label, log((1 - confidence) / len(others))) for label in others)
        logprobs = (TokenLogprob(text, log(confidence), ((text, log(confidence)), *rest)),)
    return Completion(text=text, usage=None, stop_reason="stop", model=model, logprobs=logprobs)


def live(policy: Policy, said: dict[str, Completion], parameters: Parameters) -> tuple[str | None, list[str]]:
    """Return the model whose completion a chain keeps, and those called."""
    names, signal, threshold = chain_of(policy, FLAGSHIP)
    steps = tuple(Step(name, (ModelRef("p", name),)) for name in names)
    chain = certified_chain(steps, signal, threshold, name="t")
    assess = assessor_for(chain.signal, parameters, alone=len(steps) == 1)
    escalation = escalate(chain, assess, text="How many geese are left?", brief=bool(parameters.choices))
    called: list[str] = []
    try:
        question = next(escalation)
        while True:
            assert isinstance(question, CallStep)
            assert question.text is None  # a certified chain asks everyone the same
            called.append(question.step.name)
            question = escalation.send(said[question.step.name])
    except StopIteration as end:
        kept = kept_of(end.value)
        return None if kept is None else kept.name, called


def check(policy: Policy, said: dict[str, Completion], parameters: Parameters) -> None:
    recorded = {}
    for model, one in said.items():
        asserted = canonical(one.text, parameters.choices)
        confidence = (
            label_confidence(one.logprobs, asserted, parameters.choices) if asserted and parameters.choices else None
        )
        recorded[model] = RecordedAnswer(score=None, asserted=asserted, confidence=confidence, cost=COSTS[model])
    played = replay(policy, RecordedRow(id="t-1", answers=recorded), FLAGSHIP)
    kept, called = live(policy, said, parameters)

    assert played.cost == sum(COSTS[model] for model in called)
    if kept is not None:  # at the end of a chain a completion that is not a label is replaced by the best before it
        assert played.model == kept or (called[-1] == FLAGSHIP and recorded[FLAGSHIP].asserted is None)


@given(POLICIES, st.fixed_dictionaries(dict.fromkeys(COSTS, OPEN_WORDS)))
def test_a_policy_keeps_live_what_it_keeps_in_replay(policy: Policy, words: dict[str, str]) -> None:
    check(policy, {model: completion(model, text, None) for model, text in words.items()}, Parameters())


@given(POLICIES, st.fixed_dictionaries(dict.fromkeys(COSTS, st.tuples(LABEL_WORDS, CONFIDENCES))))
def test_a_policy_over_labels_does_so_too(policy: Policy, words: dict[str, tuple[str, float | None]]) -> None:
    said = {model: completion(model, text, sure) for model, (text, sure) in words.items()}

    check(policy, said, replace(Parameters(), choices=LABELS))
