"""The task a prompt belongs to, named alike wherever it is asked for: in the ledger, in pairs and for routes."""

from __future__ import annotations

from scrimp.routing.excerpt import excerpt
from scrimp.routing.kinds import Kind, kind_of
from scrimp.routing.task_signature import signature
from scrimp.values import Parameters, Prompt


def kind_of_task(prompt: Prompt, parameters: Parameters) -> Kind:
    """Return the kind of a prompt's task; choices and a schema tell it better than its words do."""
    if parameters.choices:
        return "classification"
    return "extraction" if parameters.schema is not None else kind_of(prompt.text, excerpt(prompt.text))


def signature_of(prompt: Prompt, parameters: Parameters, name: str | None) -> str:
    """Return the name of a prompt's task; `name` is what the user calls it."""
    kind: Kind | None = None  # else it is looked for only where the prompt has no form of its own
    if parameters.choices or parameters.schema is not None:
        kind = kind_of_task(prompt, parameters)
    return signature(prompt.text, prompt.system, prompt.template, name, kind=kind)
