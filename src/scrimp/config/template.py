"""The config file that `scrimp config init` writes: every common setting, commented out, with its default."""

from __future__ import annotations

TEMPLATE = """\
# scrimp's configuration. Every line is commented out and shows its default, or an example.
# Flags come first, then SCRIMP_NAME variables, then a project's scrimp.toml, then this file.

[defaults]
# tier = "auto"                      # or simple, medium, high; or chain = "NAME"; or model = "provider/model"
# compress = "lossless"              # or off
# cache = "on"                       # or off, refresh, only
# cache_ttl = "90d"                  # default: completions never grow old
# max_cost = 5.00                    # dollars a run may cost; default: no cap
# allow_unpriced = false             # under a cap, call models of unknown price too
# baseline = "openai/gpt-6.2-sol"    # what the bill compares with
# concurrency = 16                   # calls in flight
# retries = 2
# timeout = 600.0                    # seconds one call may take
# max_failures = "5%"                # or a number of rows; default: no limit
# order = "input"                    # or completion

# Known by name: openai anthropic gemini gemini-openai deepseek deepseek-anthropic mistral qwen qwen-cn qwen-us
# openrouter tokenmix litellm portkey portkey-self-hosted helicone-openai ollama vllm llamacpp local.
# A key comes from key_env, key_cmd or key_file, never from this file itself.
# [providers.work-gateway]
# dialect = "openai"                 # or anthropic, gemini
# base_url = "https://llm.example.com/v1"
# key_env = "GATEWAY_KEY"            # or key_cmd = "pass show gateway", or key_file = "~/.gateway-key"

# The first model whose provider has a key and answers is called; the rest take over when it is down.
# [tiers]
# simple = ["openai/gpt-6-luna", "deepseek/deepseek-flash"]
# medium = ["anthropic/claude-sonnet-5-5", "openai/gpt-6.1-terra"]
# high = ["openai/gpt-6.2-sol", "anthropic/claude-opus-5-5"]

# [models."openai/gpt-6-luna"]
# effort = "none"                    # none, minimal, low, medium, high, xhigh, max
# max_output = 800
# price = { input = 0.10, output = 0.50, cached_input = 0.01 }   # dollars per million tokens; over the table's

# Cheapest first, the next one only when confidence is below the threshold.
# [chains.careful]
# steps = ["simple", "medium", "high"]
# signal = "auto"                    # or agreement, choices, schema, check, logprobs
# min_confidence = 0.90

# Rules decide before the kind of task does; the first that matches wins.
# [[rules]]
# file = "*.py"                      # and, or instead: match = "regex", route = "NAME", tag = "k=v"
# tier = "medium"
"""
