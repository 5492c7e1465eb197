"""`scrimp route`: where prompts would go; calls no API."""

from __future__ import annotations

from typing import Annotated

import typer
from msgspec.structs import asdict

from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.options.reading import Inputs
from scrimp.cli.flags.run_flags import AnswerFlags, LabelFlags, ReadingFlags, RouteFlags, RowLimitFlags
from scrimp.cli.flags.run_options import check_schema, config_flags, read_options, run_options, with_known_models
from scrimp.cli.inputs import inputs_or_stdin
from scrimp.cli.printing import print_json, print_line
from scrimp.cli.session import open_session
from scrimp.flows.previews.route import RoutedPrompt, routed_prompts
from scrimp.read.prompts import prompts
from scrimp.render.rows.output_row import too_dear

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
@grouped()
def route(
    reading: ReadingFlags, where: RouteFlags, answer: AnswerFlags, row: RowLimitFlags, labels: LabelFlags,
    inputs: Inputs = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show why each rule matched or not, and what found a certified task.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:  # fmt: skip
    """Show which tier each prompt would take, and why.

    Your rules decide first, then certified routes (scrimp tune), then what the prompt demands; high-stakes words raise
    the tier by one. The model shown is the first of the tier whose provider has a key.
    """
    names = inputs_or_stdin(inputs)
    with open_session(config_flags(where, answer, row)) as session:
        options = run_options(session.defaults, answer, labels)
        check_schema(options)
        options = with_known_models(options, session.services, reading)
        rows = prompts(names, read_options(reading), warn=session.messages.warn, note=session.messages.note)
        for routed in routed_prompts(rows, options, session.services, explain=explain):
            if as_json:
                print_json(_document(routed))
            else:
                print_line(_line(routed))


def _document(routed: RoutedPrompt) -> dict[str, object]:
    gain = routed.route.expected_gain
    return {
        "index": routed.prompt.index, "id": routed.prompt.id, "tier": routed.route.tier,
        "chain": routed.route.chain.name, "model": routed.model, "why": routed.prompt.defect or routed.route.why,
        **({} if routed.effort is None else {"effort": routed.effort}),
        **({} if gain is None else {"expected_gain": round(gain, 3)}),
        **({} if routed.route.dear is None else {"too_dear": asdict(too_dear(routed.route.dear))}),
        **({"rules": routed.rules} if routed.rules else {}),
    }  # fmt: skip


def _line(routed: RoutedPrompt) -> str:
    name, route = routed.prompt.id or routed.prompt.source, routed.route
    where = route.tier or route.chain.name or "-"
    model, why = routed.model or ("no call" if routed.prompt.defect else "no key"), routed.prompt.defect or route.why
    lines = [f"{name}\t{where}\t{model}\t{why}", *(f"\t{rule}" for rule in routed.rules)]
    return "\n".join(lines)
