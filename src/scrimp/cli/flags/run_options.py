"""From flags to RunOptions and ReadOptions, for the commands that take prompts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.cli.flags.run_flags import AnswerFlags, EngineFlags, LabelFlags, ReadingFlags
from scrimp.config.schema import Defaults
from scrimp.errors import UsageError
from scrimp.flows.plan.run_options import RunLabels, RunLimits, RunOptions
from scrimp.read.inputs.encodings import checked_encoding
from scrimp.read.options import ReadOptions, file_text, option_text, optional_text
from scrimp.read.selection.shard import parse_shard
from scrimp.units import parse_dollars, parse_duration, parse_row_limit
from scrimp.values import Attachment, JsonObject, Parameters

if TYPE_CHECKING:
    from scrimp.cli.flags.all_ask_flags import AllAskFlags
    from scrimp.cli.flags.all_run_flags import AllRunFlags
    from scrimp.flows.services import Services

_CAPS = {"max_cost": "--max-cost", "max_cost_per_row": "--max-cost-per-row"}
_ROUTES = ("tier", "chain", "model")


def config_flags(*groups: FlagGroup) -> dict[str, object]:
    """Return the flags that were given and have a default in the config, under the names they have there.

    Raises UsageError for more than one of --tier, --chain and --model.
    """
    known = set(Defaults.__struct_fields__)
    given: dict[str, object] = {}
    for group in groups:
        for name in group.__struct_fields__:
            value = getattr(group, name)
            if name in known and value is not None and value is not False:
                given[name] = parse_dollars(value, _CAPS[name]) if name in _CAPS else value
    if given.get("tier") == "":  # the others say so where they are looked for
        raise UsageError("--tier is empty, perhaps an unset variable: name a tier, or auto")
    routes = [name for name in _ROUTES if name in given]
    if len(routes) > 1:
        raise UsageError(f"{' and '.join('--' + name for name in routes)} cannot be combined: give one")
    return given


def answering_options(defaults: Defaults, flags: AllRunFlags | AllAskFlags) -> RunOptions:
    """Return the options of a command that answers prompts, or looks ahead at one that would."""
    return run_options(
        defaults, flags.answer, flags.labels, check=flags.check.check, level_fixed=flags.cost.compress is not None
    )


def run_options(
    defaults: Defaults, answer: AnswerFlags, labels: LabelFlags, *, check: str | None = None, level_fixed: bool = False
) -> RunOptions:
    """Return the options of a run, from the config with flags on top and from the flags that have no place in it."""
    if check is not None and not check.strip():
        raise UsageError("--check is empty: name a command that reads the completion, such as --check 'jq -e .total'")
    if answer.choices is not None and answer.schema is not None:
        raise UsageError("--choices and --schema cannot be combined: give one; 'label a|b' is a schema with two labels")
    if answer.choices is None and answer.choices_text is not None:
        raise UsageError("--choices-text states the labels of --choices: add --choices, or put the text into --system")
    parameters = Parameters(
        max_output=defaults.max_output, temperature=answer.temperature, effort=defaults.effort,
        choices=_choices(answer.choices), schema=_schema(answer.schema),
    )  # fmt: skip
    rows, share = parse_row_limit(defaults.max_failures, "max_failures") if defaults.max_failures else (None, None)
    limits = RunLimits(
        max_cost=defaults.max_cost,
        budget=_budget(defaults),
        allow_unshared=defaults.allow_unshared,
        max_cost_per_row=defaults.max_cost_per_row,
        on_dear=defaults.on_dear,
        allow_unpriced=defaults.allow_unpriced,
        max_failures=rows,
        max_failure_share=share,
    )
    fixed = defaults.chain is not None or defaults.model is not None
    return RunOptions(
        tier=None if fixed else defaults.tier or "auto", chain=defaults.chain, model=defaults.model,
        min_confidence=defaults.min_confidence, agreement=defaults.agreement, parameters=parameters,
        choices_text=_choices_text(answer.choices_text, defaults), check=check, level=defaults.compress,
        on_cliff=defaults.on_cliff, level_fixed=level_fixed,
        cache=defaults.cache, cache_ttl=parse_duration(defaults.cache_ttl, "cache_ttl") if defaults.cache_ttl else None,
        allow_unkept=defaults.allow_unkept, provider_cache=defaults.provider_cache,
        baseline=defaults.baseline, concurrency=defaults.concurrency, rpm=defaults.rpm, tpm=defaults.tpm,
        order=defaults.order, retries=defaults.retries, corrections=defaults.retries,
        timeout=defaults.timeout, labels=run_labels(labels),
        limits=limits,
    )  # fmt: skip


def _budget(defaults: Defaults) -> str | None:
    if defaults.budget and defaults.max_cost is None:
        raise UsageError(f"the budget {defaults.budget} has no cap: add --max-cost, or --budget '' for none")
    return defaults.budget or None


def check_workers(engine: EngineFlags) -> None:
    """Raise UsageError for a number of workers where there are none."""
    if engine.workers is not None and engine.engine == "local":
        raise UsageError("--workers is for --engine processes or ray: add that, or leave it out")


def check_schema(options: RunOptions) -> None:
    """Raise ConfigError if the schema is not a JSON schema.

    For commands that open outputs or read many rows: `ask` leaves it to the first call, as checking takes 17 ms.
    """
    if options.parameters.schema is not None:
        from scrimp.answers.schema import validator_for

        validator_for(options.parameters.schema)


def with_known_models(options: RunOptions, services: Services, flags: ReadingFlags) -> RunOptions:
    """Return the options with the whole name of the baseline, which may be given without its provider, as with -m.

    Raises ConfigError for one that no provider has, and where something is attached and the route has a step without a
    model that takes it.
    """
    if flags.attach or flags.attach_field:
        from scrimp.flows.plan.attachment_check import check_attachments  # few prompts have any

        check_attachments(options, services.routes)
    if options.baseline is None:
        return options
    return replace(options, baseline=services.routes.model(options.baseline).id)


def read_options(flags: ReadingFlags) -> ReadOptions:
    """Return how inputs are to be read."""
    if flags.template is not None and flags.prompt_field is not None:
        raise UsageError("--template and --prompt-field cannot be combined: give one")
    if flags.seed and flags.sample is None:
        raise UsageError("--seed is for --sample: add that, or leave it out")
    return ReadOptions(
        format=flags.format, nul=flags.nul, template=optional_text(flags.template, "--template"),
        prompt_field=flags.prompt_field, id_field=flags.id_field, system=optional_text(flags.system, "--system"),
        prefix=None if flags.prefix is None else file_text(flags.prefix, "--prefix"),
        attachments=attachments(flags.attach), attach_field=flags.attach_field,
        skip=flags.skip, sample=flags.sample, seed=flags.seed, limit=flags.limit, shard=parse_shard(flags.shard),
        only_failed=flags.only_failed, delimiter=_delimiter(flags.delimiter), encoding=checked_encoding(flags.encoding),
    )  # fmt: skip


def attachments(names: Sequence[str] | None) -> tuple[Attachment, ...]:
    """Return what goes with every prompt; UsageError or InputError if it cannot be read."""
    if not names:
        return ()
    from scrimp.read.attachments import attachment  # few prompts have attachments

    return tuple(map(attachment, names))


def _delimiter(text: str | None) -> str | None:
    if text is None:
        return None
    from scrimp.read.formats.csv_dialect import checked_delimiter  # csv is loaded where it is used

    return checked_delimiter(text)


def run_labels(flags: LabelFlags) -> RunLabels:
    """Return the labels for rules and the ledger."""
    return RunLabels(route=flags.route, user=flags.user, tags=_tags(flags.tag or ()), priority=flags.priority)


def _tags(tags: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for tag in tags:
        name, equals, value = tag.partition("=")
        if not equals or not name:
            raise UsageError(f"--tag '{tag}' has no {'name' if equals else 'value'}: write --tag name=value")
        pairs[name] = value
    return pairs


def _choices_text(flag: str | None, defaults: Defaults) -> str | None:
    """Return the user's sentence; only a flag may name a file, since a project's config is written by others."""
    return defaults.choices_text if flag is None else option_text(flag, "--choices-text")


def _schema(text: str | None) -> JsonObject | None:
    if text is None:
        return None
    from scrimp.cli.flags.schema_option import schema_option  # most runs have no schema

    return schema_option(text)


def _choices(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    from scrimp.cli.flags.comma_lists import comma_list  # most runs have no labels

    labels = tuple(dict.fromkeys(comma_list(text, "--choices")))
    if len(labels) < 2:
        raise UsageError("--choices needs two labels or more, with commas between them")
    return labels
