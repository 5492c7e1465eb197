"""What is asked of each model besides the text: the parameters of a run, as the model takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.enums import Effort
from scrimp.flows.spend.cost_bound import BOUNDED_OUTPUT
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.output_caps import default_claude_cap, raised_cap
from scrimp.values import JsonObject, ModelRef, Parameters

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions


# Rows that are called twice before a model's cap is raised for all: one row with long hidden thought is not a reason.
_ENOUGH_RAISED = 3
# Tokens of a completion of the embedded model, some 20 seconds: it may repeat itself until its context is full.
_MOST_OF_EMBEDDED = 1024


class CallParameters:
    """The parameters of one run's calls; the same for all of them to a model."""

    def __init__(self, options: RunOptions, endpoints: Mapping[str, Endpoint], warn: Callable[[str], None]) -> None:
        self._options, self._endpoints, self._warn = options, endpoints, warn
        self._known: dict[ModelRef, Parameters] = {}
        self._told_of_schema = set[str]()  # providers
        self._raised: dict[ModelRef, int] = {}  # calls that found room for text under a raised cap
        self._caps: dict[ModelRef, int] = {}  # that all calls begin with now

    def of(self, model: ModelRef) -> Parameters:
        """Return what is asked of a model for a prompt, under a cap that was found to leave room for its text."""
        asked, cap = self.as_given(model), self._caps.get(model)
        return asked if cap is None else replace(asked, max_output=max(cap, asked.max_output or 0))

    def as_given(self, model: ModelRef) -> Parameters:
        """Return what is asked of a model for a prompt, under the cap that the user or the run gives it."""
        known = self._known.get(model)
        if known is None:
            asked = self._options.parameters
            cap = asked.max_output or model.max_output
            if cap is None and self._options.limits.max_cost is not None:
                cap = BOUNDED_OUTPUT
            if cap is None and self._endpoints[model.provider].transport == "local":
                cap = _MOST_OF_EMBEDDED
            parameters = replace(asked, max_output=cap, effort=self._effort(model, asked.effort))
            if asked.schema is not None:
                self._tell_of_narrower_schema(asked.schema, self._endpoints[model.provider])
            known = self._known[model] = self._with_logprobs(parameters, model)
        return known

    def with_room(self, parameters: Parameters, model: ModelRef) -> Parameters | None:
        """Return the same under a cap that leaves room for thought; None where there is no cap, or none that is higher.

        Claude has a cap even where none is given.
        """
        cap = parameters.max_output
        if cap is None and self._endpoints[model.provider].dialect == "anthropic":
            cap = default_claude_cap(model.model, parameters)
        higher = None if cap is None else raised_cap(cap)
        return None if higher is None else replace(parameters, max_output=higher)

    def learn_room(self, model: ModelRef, cap: int) -> None:
        """Learn that a call wrote a text under a raised cap: after a few of them, all to its model begin with it."""
        self._raised[model] = self._raised.get(model, 0) + 1
        if self._raised[model] == _ENOUGH_RAISED:
            self._caps[model] = cap
            self._warn(
                f"hidden thought of {model.id} took all that --max-output allows, and no text came: calls to it may "
                f"write {cap:,} tokens from now on; --effort none or low thinks less"
            )

    def of_question(self, own: Parameters, model: ModelRef) -> Parameters:
        """Return what is asked of a model about a completion, where the question has parameters of its own."""
        return self._with_logprobs(replace(own, effort=self._effort(model, own.effort)), model)

    def _effort(self, model: ModelRef, asked: Effort | None) -> Effort | None:
        """Return the effort of a call, as the model takes it; None where none is wanted, or none can be sent."""
        if model.effort_of(asked) is None:
            return None
        from scrimp.config.resolved.arms import effort_sent  # only a miss needs it

        return effort_sent(model, asked, self._endpoints[model.provider])

    def _tell_of_narrower_schema(self, schema: JsonObject, endpoint: Endpoint) -> None:
        """Warn once for each provider which parts of the schema it does not accept."""
        from scrimp.providers.schemas.sent_schema import sent_schema  # only with a schema

        changes = () if endpoint.recording is not None else sent_schema(schema, endpoint).changes
        if changes and endpoint.name not in self._told_of_schema:
            self._told_of_schema.add(endpoint.name)
            self._warn(
                f"{endpoint.name} takes a narrower kind of JSON schema, so yours is sent {', '.join(changes)}; "
                "completions are checked against your own"
            )

    def _with_logprobs(self, parameters: Parameters, model: ModelRef) -> Parameters:
        """Ask for probabilities where a label is wanted and the model reports them: they cost nothing."""
        from scrimp.providers.requests.capabilities import supports_logprobs  # only a miss needs it

        wanted = bool(parameters.choices) and supports_logprobs(
            self._endpoints[model.provider], model.model, parameters.effort
        )
        return replace(parameters, logprobs=wanted)
