"""`scrimp route`: where prompts would go; calls nobody."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scrimp.cli import options as o
from scrimp.cli.inputs import inputs_or_stdin, read_options
from scrimp.cli.run_options import one_route, run_labels, run_options
from scrimp.cli.session import session
from scrimp.flows.route import RoutedPrompt, routed_prompts
from scrimp.read.prompts import prompts
from scrimp.render.decimal_json import encode
from scrimp.render.terminal import safe_text

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def route(
    inputs: o.Inputs = None,
    format: o.Format = "auto",  # noqa: A002 - the flag's name
    nul: o.Nul = False,
    template: o.Template = None,
    prompt_field: o.PromptField = None,
    id_field: o.IdField = None,
    system: o.System = None,
    limit: o.Limit = None,
    tier: o.Tier = None,
    chain: o.ChainName = None,
    model: o.Model = None,
    choices: o.Choices = None,
    schema: o.Schema = None,
    label: o.RouteLabel = None,
    user: o.User = None,
    tag: o.Tag = None,
    priority: o.PriorityOption = "normal",
    explain: Annotated[bool, typer.Option("--explain", help="Say of each rule why it matched or not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """Show which tier each prompt would take, and why.

    A rule of the config decides first, then what was learned of the task (scrimp tune); else the kind of task does, and
    words of high stakes raise it by one tier. The model shown is the first of the tier whose provider has a key.
    """
    words = inputs_or_stdin(inputs)
    with session(one_route(tier, chain, model)) as here:
        options = run_options(
            here.defaults, choices=choices, schema=schema, labels=run_labels(label, user, tag, priority)
        )
        reading = read_options(format, template, prompt_field, id_field, system, limit, nul=nul)
        found = prompts(words, reading, warn=here.messages.warn)
        for each in routed_prompts(found, options, here.services, explain=explain):
            sys.stdout.write(_json(each) if as_json else _line(each, terminal=here.out.terminal))


def _json(each: RoutedPrompt) -> str:
    shown = {
        "index": each.prompt.index, "id": each.prompt.id, "tier": each.route.tier, "chain": each.route.chain.name,
        "model": each.model, "why": each.route.why, **({"rules": each.rules} if each.rules else {}),
    }  # fmt: skip
    return encode(shown).decode() + "\n"


def _line(each: RoutedPrompt, *, terminal: bool) -> str:
    name = each.prompt.id or each.prompt.source
    where = each.route.tier or each.route.chain.name or "-"
    lines = [f"{name}\t{where}\t{each.model or 'no key'}\t{each.route.why}", *(f"\t{rule}" for rule in each.rules)]
    text = "\n".join(lines)
    return (safe_text(text) if terminal else text) + "\n"
