"""The config file `scrimp config init` writes: all of it in comments, so that it changes nothing until it is edited."""

from __future__ import annotations

TEMPLATE = """\
# scrimp's configuration. Every line shows the default or an example, in a comment: take the "# " away to set it.
# Flags go over SCRIMP_* variables, these over a project's scrimp.toml, that over this file.
# `scrimp config show --origin` says what is in force and where it comes from; `scrimp config check` looks for mistakes.

[defaults]
# Where prompts go: a tier (or auto), a chain, or one model. Only one of the three.
# tier = "auto"
# chain = "careful"
# model = "openai/gpt-6-luna"
# min_confidence = 0.90            # over each chain's own

# What is asked of every model; nothing is sent for what is not set.
# max_output = 800                 # tokens
# effort = "low"                   # none, minimal, low, medium, high, xhigh, max

# The bill.
# compress = "lossless"            # off, lossless, tidy, focus, terse
# cache = "on"                     # on, off, refresh, only
# cache_ttl = "90d"                # without it completions are kept for ever
# max_cost = 5.00                  # dollars for one run; without it there is no cap
# allow_unpriced = false           # under a cap, call models of unknown price too
# baseline = "openai/gpt-6.2-sol"  # what the bill compares with

# The flow.
# concurrency = 16                 # the most calls in flight to one provider; fewer where it objects
# rpm = 3000                       # the most calls a minute to one provider
# tpm = 2_000_000                  # the most tokens a minute to one provider
# retries = 2
# timeout = 600.0                  # seconds for one call
# max_failures = "5%"              # or a number of rows, as text: "20"
# order = "input"                  # input, completion

# The screen.
# color = "auto"                   # auto, always, never
# progress = "auto"                # auto, bar, lines, json, none

# Known by name, and used where their key is in the environment: openai anthropic gemini gemini-openai deepseek
# deepseek-anthropic mistral qwen qwen-cn qwen-us openrouter tokenmix litellm portkey portkey-self-hosted
# helicone-openai ollama vllm llamacpp local. A table changes one, or adds one of your own. A key comes from key_env,
# key_cmd or key_file, and is never written here.
# [providers.work-gateway]
# dialect = "openai"               # openai, anthropic, gemini
# base_url = "https://llm.example.com/v1"
# key_env = "GATEWAY_KEY"          # or key_cmd = "pass show gateway", or key_file = "~/.gateway-key"
# price_provider = "openai"        # whose price list applies
# rpm = 3000                       # calls a minute; the lower of this and [defaults] holds
# tpm = 2_000_000                  # tokens a minute; a provider that states its limits in headers is believed

# The first model that is available and healthy answers; the rest are failovers. A tier not named here keeps its list.
[tiers]
# simple = ["openai/gpt-6-luna", "deepseek/deepseek-flash", "gemini/gemini-3.8-flash"]
# medium = ["anthropic/claude-sonnet-5-5", "openai/gpt-6.1-terra"]
# high = ["openai/gpt-6.2-sol", "anthropic/claude-opus-5-5"]

# What is always asked of one model. The price is in dollars per million tokens, and goes over the table's.
# [models."openai/gpt-6-luna"]
# effort = "none"
# max_output = 800
# price = { input = 0.10, output = 0.50, cached_input = 0.01 }

# A model file of your own for the embedded runtime.
# [models."local/mine"]
# path = "~/models/mine.gguf"

# An escalation chain: a completion below min_confidence is asked for again one step higher.
# [chains.careful]
# steps = ["simple", "medium", "high"]  # tiers or models; voters of different families err less alike
# signal = "auto"                  # auto, agreement, backed, choices, schema, check, logprobs, judge, decisions, self
# min_confidence = 0.90
# max_escalation = "25%"           # the run stops above this share of rows that reach the last step
# judge = "simple"                 # who is asked by the signals judge and decisions
# parallel = false                 # call the first two steps at once

# Rules for --tier auto: the first whose conditions (route, tag, user, priority, file, match) all hold decides. Then
# comes what `scrimp tune apply` learned, then the kind of task.
# [[rules]]
# file = "*.py"                    # and, or instead: match = "regex", route = "NAME", tag = "k=v", user = "NAME",
#                                  # priority = "low"
# tier = "high"                    # or chain, or model
# compress = "off"                 # for these prompts
# max_cost = 1.00                  # dollars for all of them in one run; the others go on

# Completions from a recording instead of a provider: to try out chains for nothing.
# [providers.recorded]
# base_url = "replay:answers.jsonl.gz"

[alerts]
# share = [{ model = "openai/gpt-6.2-*", of = "cost", above = "40%", since = "30d" }]
# errors = [{ model = "*", above = "5%", since = "1h" }]
# spend = [{ above = 50.00, since = "1d" }]

# At the end of a run, make a share of its calls to other models as well: `scrimp tune` learns from what they say.
# It is paid for beside the run's bill and cap, and is in the ledger under the route shadow.
[shadow]
# share = "3%"                     # without it there is none
# max_cost = 1.00                  # dollars for one run
# models = ["openai/gpt-6-luna", "deepseek/deepseek-flash", "openai/gpt-6.2-sol"]  # else two cheap ones and a high one
"""
