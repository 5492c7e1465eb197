"""Closed sets of words, each written once: flags, config keys, help texts and messages are derived from them."""

from __future__ import annotations

from typing import Literal

# What a person may ask for
Tier = Literal["simple", "medium", "high"]  # those scrimp ships and routes between; a config may name others
Level = Literal["off", "lossless", "tidy", "focus", "terse"]  # of compression, each does what those before it do
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Signal = Literal[  # of confidence: escalation.signals says what each does
    "auto", "agreement", "backed", "choices", "schema", "check", "logprobs", "judge", "decisions", "self"
]
Priority = Literal["low", "normal", "high"]
CacheMode = Literal["on", "off", "refresh", "only"]
RowOrder = Literal["input", "completion"]
FailOn = Literal["any", "all", "never"]
InputFormat = Literal["auto", "jsonl", "csv", "tsv", "json", "lines", "text"]
OutputFormat = Literal["jsonl", "csv", "tsv", "text", "json"]
SummaryMode = Literal["auto", "none", "table", "json"]
ColorMode = Literal["auto", "always", "never"]
ProgressMode = Literal["auto", "bar", "lines", "json", "none"]

# How a provider is reached
Dialect = Literal["openai", "anthropic", "gemini"]
Transport = Literal["http", "local", "replay"]  # a socket, the embedded model, a file of recorded completions

# What became of things
StopReason = Literal["stop", "length", "refused", "tool", "error"]  # why a model stopped writing
FailureKind = Literal[  # failures says what each implies
    "auth", "quota", "rate_limit", "timeout", "server", "network", "not_found", "refused", "too_long", "invalid",
    "schema", "budget",
]  # fmt: skip
CacheUse = Literal["hit", "miss", "dup", "off"]
RowStatus = Literal["ok", "truncated", "error", "skipped", "pending"]
EntryStatus = Literal["paid", "failed", "truncated", "lost"]
