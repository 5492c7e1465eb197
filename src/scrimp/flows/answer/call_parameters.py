"""What is asked of each model besides the text: the parameters of a run, as the model takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.enums import Effort
from scrimp.flows.spend.cost_bound import BOUNDED_OUTPUT
from scrimp.providers.endpoint import Endpoint
from scrimp.values import JsonObject, ModelRef, Parameters

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions


class CallParameters:
    """The parameters of one run's calls; the same for all of them to a model."""

    def __init__(self, options: RunOptions, endpoints: Mapping[str, Endpoint], warn: Callable[[str], None]) -> None:
        self._options, self._endpoints, self._warn = options, endpoints, warn
        self._known: dict[ModelRef, Parameters] = {}
        self._told_of_schema = set[str]()  # providers

    def of(self, model: ModelRef) -> Parameters:
        """Return what is asked of a model for a prompt."""
        known = self._known.get(model)
        if known is None:
            asked = self._options.parameters
            cap = asked.max_output or model.max_output
            if cap is None and self._options.limits.max_cost is not None:
                cap = BOUNDED_OUTPUT
            parameters = replace(asked, max_output=cap, effort=self._effort(model, asked.effort))
            if asked.schema is not None:
                self._tell_of_narrower_schema(asked.schema, self._endpoints[model.provider])
            known = self._known[model] = self._with_logprobs(parameters, model)
        return known

    def of_question(self, own: Parameters, model: ModelRef) -> Parameters:
        """Return what is asked of a model about a completion, where the question has parameters of its own."""
        return self._with_logprobs(replace(own, effort=self._effort(model, own.effort)), model)

    def _effort(self, model: ModelRef, asked: Effort | None) -> Effort | None:
        """Return the effort of a call, as the model takes it; None where none is wanted, or none can be sent."""
        if model.effort_of(asked) is None:
            return None
        from scrimp.config.resolved.arms import effort_sent  # noqa: PLC0415 - only a miss needs it

        return effort_sent(model, asked, self._endpoints[model.provider])

    def _tell_of_narrower_schema(self, schema: JsonObject, endpoint: Endpoint) -> None:
        """Warn once for each provider which parts of the schema it does not accept."""
        from scrimp.providers.schemas.sent_schema import sent_schema  # noqa: PLC0415 - only with a schema

        changes = () if endpoint.recording is not None else sent_schema(schema, endpoint).changes
        if changes and endpoint.name not in self._told_of_schema:
            self._told_of_schema.add(endpoint.name)
            self._warn(
                f"{endpoint.name} takes a narrower kind of JSON schema, so yours is sent {', '.join(changes)}; "
                "completions are checked against your own"
            )

    def _with_logprobs(self, parameters: Parameters, model: ModelRef) -> Parameters:
        """Ask for probabilities where a label is wanted and the model reports them: they cost nothing."""
        from scrimp.providers.requests.capabilities import supports_logprobs  # noqa: PLC0415 - only a miss needs it

        wanted = bool(parameters.choices) and supports_logprobs(
            self._endpoints[model.provider], model.model, parameters.effort
        )
        return replace(parameters, logprobs=wanted)
