"""The config file that `scrimp config init` writes: comments only, so that it changes nothing until it is edited."""

from __future__ import annotations

import textwrap
from typing import get_args

from scrimp.enums import (
    CacheMode,
    ColorMode,
    Dialect,
    Effort,
    LabelHeaders,
    Level,
    OnDear,
    ProgressMode,
    ProviderCacheMode,
    RowOrder,
    Signal,
)
from scrimp.providers.presets import PRESETS


def _values(closed_set: object) -> str:
    return ", ".join(get_args(closed_set))


def _comment(text: str) -> str:
    return textwrap.fill(text, width=120, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


_PROVIDERS = _comment(
    f"Providers known by name, used if their key is in the environment: {' '.join(PRESETS)}. A table changes one of "
    "them or adds your own. A key comes from key_env, key_cmd or key_file; never write it here."
)

TEMPLATE = f"""\
# scrimp's configuration. Every line is a comment with the default or an example: remove the "# " to set it.
# Flags override SCRIMP_* variables, these a project's scrimp.toml, and that the user's config.toml.
# `scrimp config show --origin` shows what is in force and where it comes from; `scrimp config check` finds mistakes.

[defaults]
# Where prompts go: a tier (or auto), a chain, or one model. Set only one of the three.
# tier = "auto"
# chain = "careful"
# model = "openai/gpt-6-luna"
# buy = "cheapest"                 # every model wherever it costs least; "named": only where it is named. If not set, a
#                                  # model named without its provider is bought where it costs least
# min_confidence = 0.90            # overrides that of every chain

# Where --tier auto finds a prompt that wants a short answer (a label, number, option or closed JSON) and is not simple,
# two models of the tier simple, of different families, are called first, and the tier only where they differ: if the
# config names both providers, they have keys, and both cost at most half of what the tier costs.
# agreement = true

# Parameters of every call; a parameter that is not set is not sent.
# max_output = 800                 # tokens, hidden thought among them; a call that wrote no text for thinking is made
#                                  # again under a cap four times as high, or 4,096 higher, if --max-cost allows it
# effort = "low"                   # {_values(Effort)}
# choices_text = "Reply with one of these labels alone: {{choices}}."  # with --choices, at the end of the system text;
#                                  # if not set, scrimp says so where the prompt does not name all labels; empty: never

# Cost.
# compress = "lossless"            # {_values(Level)}; if not set, off for the embedded model;
#                                  # if set, it overrides the levels of `scrimp tune apply --compress`
# cache = "on"                     # {_values(CacheMode)}
# cache_ttl = "90d"                # if not set, completions never expire
# provider_cache = "auto"          # {_values(ProviderCacheMode)}; auto: providers are asked to keep what rows begin
#                                  # with where that costs less; off: nothing is asked of them
# allow_unkept = false             # go on where completions cannot be kept, as on a full disk: a rerun pays again
# max_cost = 5.00                  # dollars for one run; if not set, there is no cap
# budget = "nightly"               # all runs of this budget spend no more than max_cost together; needs [shared] limits
# allow_unshared = false           # go on within max_cost as if alone where the server of [shared] limits is down
# max_cost_per_row = 0.01          # dollars that a row may be expected to cost; if not set, any
# on_dear = "cheaper"              # {_values(OnDear)}: what becomes of a row above that
# on_cliff = "tidy"                # the highest level for a prompt that is just above a size at which its model charges
#                                  # more for all of it, if it gets below so; if not set, that of all prompts
# allow_unpriced = false           # under a cap, call models of unknown price too
# baseline = "openai/gpt-6.1-sol"  # the model the bill compares every row with; if not set, rows that scrimp chose the
#                                  # model for are compared with this one, others with the model that you named

# Calls.
# concurrency = 16                 # the most calls in flight to one provider; fewer while it limits them
# rpm = 3000                       # the most calls a minute to one provider
# tpm = 2_000_000                  # the most tokens a minute to one provider
# retries = 2
# timeout = 600.0                  # seconds for one call
# max_failures = "5%"              # or a number of rows, in quotes: "20"
# order = "input"                  # {_values(RowOrder)}

# Terminal.
# color = "auto"                   # {_values(ColorMode)}
# progress = "auto"                # {_values(ProgressMode)}

{_PROVIDERS}
# [providers.work-gateway]
# dialect = "openai"               # {_values(Dialect)}
# base_url = "https://llm.example.com/v1"
# key_env = "GATEWAY_KEY"          # or key_cmd = "pass show gateway", or key_file = "~/.gateway-key"
# admin_key_env = "ADMIN_KEY"      # or admin_key_cmd, admin_key_file: for `scrimp cost reconcile` with a vendor's table
# labels = "none"                  # {_values(LabelHeaders)}: in whose headers a gateway is told of the
#                                  # run, its route, its user and its tags; helicone-openai and portkey have their own
# price_provider = "openai"        # the provider whose price list applies
# discount = "15%"                 # on every price of its list, in the bill too; "-5%" is a surcharge
# batch_discount = "50%"           # of its batches, on the price of live calls
# credit = 300.00                  # dollars that are used up before others are spent, counted by the ledger
# credit_since = "2026-11-01"      # the day it is counted from; else every call of this provider in the ledger
# buy = "named"                    # buy nothing here that does not name it
# rpm = 3000                       # calls a minute; the lower of this and [defaults] applies
# tpm = 2_000_000                  # tokens a minute; a lower limit that the provider's headers state applies

# Wherever a model is named, an effort may follow its name: "openai/gpt-6-luna@low". It overrides every other setting.

# The first model that is available and healthy is called; the rest are failovers. A tier not set here keeps its list.
[tiers]
# simple = ["openai/gpt-6-luna", "deepseek/deepseek-flash", "gemini/gemini-3.5-flash-lite"]
# medium = ["openai/gpt-6.1-terra", "gemini/gemini-3.8-flash", "anthropic/claude-sonnet-5-5"]
# high = ["openai/gpt-6.2-sol", "anthropic/claude-opus-5-5"]

# The effort of a tier's models; one after a model's name, --effort and that of the model's own table go before it. A
# tier called simple or cheap thinks as little as its models can where none of these says more.
[efforts]
# simple = "none"
# high = "medium"

# Settings of every call to one model. The price overrides the price table: dollars per million tokens. Beside these
# three there are explicit_read (of a cache that marks asked for), cache_write, cache_write_long, reasoning,
# thinking_output (all output of a call that thought), input_audio, cached_audio, output_audio, web_search for a
# thousand, and cache_storage for a million tokens and hour. A project's file needs your trust for one.
# [models."openai/gpt-6-luna"]
# effort = "none"
# max_output = 800
# buy = "cheapest"                 # wherever it costs least, or "named": only here
# price = {{ input = 0.10, output = 0.50, cached_input = 0.01 }}
# batch_price = {{ input = 0.05, output = 0.25 }}                # what differs from it in batches
# tier_prices = {{ flex = {{ input = 0.05, output = 0.25 }} }}    # and by the service tier that the reply names
# [models."openai/gpt-6.2-sol"]
# batch_discount = "50%"           # of its batches, on the price of live calls, whether that is yours or the list's

# A gateway's own name for a model, so that it may be bought there.
# [models."work-gateway/luna"]
# same_as = "openai/gpt-6-luna"

# Your own model file for the embedded runtime.
# [models."local/mine"]
# path = "~/models/mine.gguf"

# An escalation chain: a prompt whose completion is below min_confidence goes to the next step.
# [chains.careful]
# steps = ["simple", "medium", "high"]  # tiers or models; models of different families make different mistakes
# signal = "auto"                  # {_values(Signal)}
# min_confidence = 0.90
# max_escalation = "25%"           # the run stops if more than this share of rows reaches the last step
# judge = "simple"                 # the tier or model that the signals judge and decisions ask
# parallel = false                 # call the first two steps at once

# Rules for --tier auto: the first whose conditions (route, tag, user, priority, file, match) all hold decides. If none
# does, the routes of `scrimp tune apply` decide, and tasks without one go to their flagship; without such routes the
# kind of task decides.
# [[rules]]
# file = "*.py"                    # a glob of names, or of the ends of paths: "legal/*"; and, or instead:
#                                  # match = "regex", route = "NAME", tag = "k=v", user = "NAME", priority = "low"
# tier = "high"                    # or chain, or model
# compress = "off"                 # for these prompts
# max_cost = 1.00                  # dollars for all of them in one run; other prompts go on
# max_cost_per_row = 0.01          # of each of them; the lower of this and that of [defaults] holds
# on_dear = "skip"                 # if not set, that of [defaults]
# queue = "nightly"                # `scrimp batch submit` leaves them to `scrimp batch flush nightly`; "idle": when no
#                                  # other run is active

# Completions from a recording instead of a provider, to try out chains for free.
# [providers.recorded]
# base_url = "replay:answers.jsonl.gz"

# Rules that are checked at the end of each run and ask that called a model, and by `scrimp cost --check`. An alert is
# sent once in its window (since), unless it gets a quarter worse; names are globs. Of fewer than 20 calls (min_calls)
# or rows (min_rows) no share is judged. In a project file, what tells others, and rules in place of yours, need trust.
[alerts]
# share = [{{ model = "openai/gpt-6.2-*", of = "cost", above = "40%", since = "30d" }}]  # or of calls, tokens;
#                                  # model = "flagship": the baseline and what tier high alone has; or tier = "high"
# errors = [{{ model = "*", above = "5%", since = "1h" }}]         # of each model
# spend = [{{ above = 50.00, since = "1d" }}]                      # model = "..." for some of them
# escalation = [{{ chain = "*", above = "25%", since = "7d" }}]    # of each chain
# cache = [{{ below = "10%", since = "7d" }}]                      # rows found in the cache
# unpriced = [{{ since = "1d" }}]                                  # paid calls whose price is unknown
# drift = true                     # certified routes and levels that no longer hold
# command = "notify-me --urgent"   # gets the alerts as JSON on its stdin; run without a shell
# webhook_env = "ALERT_WEBHOOK"    # the variable with an address that gets it by POST; or webhook = "https://..."
# timeout = "10s"                  # of either; one that fails is reported once, and ends nothing

# Spans of OpenTelemetry for each call, sent in the background to a collector, LangSmith or whatever takes OTLP by HTTP:
# `pip install 'scrimp[otel]'`. A table turns a sink on. One that is down or slow costs its own spans and nothing else.
# [sinks.otel]                     # where OTEL_EXPORTER_OTLP_ENDPOINT says, or on this machine
# endpoint = "https://collector.example/v1/traces"
# headers = {{ x-team = "north" }}
# key_env = "COLLECTOR_KEY"        # sent as Authorization: Bearer, or in the header named key_header
# content = false                  # prompts and completions, too
# timeout = "2s"                   # that the end of a run waits for it
# [sinks.langsmith]                # needs LANGSMITH_API_KEY
# project = "tickets"

# A server of Redis or Valkey that many machines share: `pip install 'scrimp[redis]'`. One that is slow or down is left
# alone for a while, and rows are called for as without it.
[shared]
# cache = "redis://cache.example:6379/0"  # what one machine has paid for, none pays for again; rediss:// with TLS, or
#                                  # unix:///run/redis.sock; with a password, cache_env = "REDIS_URL" instead: the
#                                  # variable with redis://USER:PASSWORD@HOST:PORT/0; for a certificate of your own,
#                                  # rediss://HOST:PORT/0?ssl_ca_certs=FILE
# cache_local = true               # completions are in the local cache, too, which is asked first; false: only those
#                                  # that the server did not take
# cache_ttl = "90d"                # that a completion stays on the server, less up to a tenth
# limits = "redis://limits.example:6379/0"  # where runs share budgets, the rate limits of each key, and which models
#                                  # fail with it; or limits_env. It should keep its data (appendonly yes) and evict
#                                  # nothing, or it forgets what was spent
# patience = "30s"                 # that calls under a budget wait for that server; then the run stops
# timeout = 0.5                    # seconds for one answer; a server that exceeds it is not asked for 20 times as long

# At the end of a run, repeat a share of its calls with other models: `scrimp tune` learns from their completions.
# Rows at a certified level of compression go to their own model without it instead, to see whether it still holds.
# These calls are not part of the run's bill and cap; the ledger has them under the route shadow.
[shadow]
# share = "3%"                     # if not set, no calls
# max_cost = 1.00                  # dollars for one run
# models = ["openai/gpt-6-luna", "deepseek/deepseek-flash", "openai/gpt-6.2-sol"]  # else two cheap ones and a high one
# Rows of certified routes that also go to their flagship, so that a route whose answers get worse is noticed and no
# longer used. The bill has these calls on a line of their own.
# certified = "1%"                 # if not set, no calls
# certified_max_cost = 0.50        # dollars in 24 hours; the run's own cap holds, too

# Batches (`scrimp run --batch`, `scrimp batch`).
[batch]
# poll = "60s"                     # the most time between two looks at a batch
# window = "48h"                   # that a batch may take, where the provider lets one choose; else 24 hours
"""
