"""Closed sets of words, each written once: flags, config keys, help texts and messages are derived from them."""

from __future__ import annotations

from typing import Literal

# What a user may choose
Tier = Literal[
    "simple", "medium", "high"
]  # the shipped tiers, between which prompts are routed; a config may add others
CHEAP_TIERS = ("simple", "cheap")  # whose models think as little as they can, where nothing else is said
Level = Literal["off", "lossless", "tidy", "focus", "dense"]  # of compression; each includes those before it
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Signal = Literal[  # of confidence; defined in escalation.signals
    "auto", "agreement", "backed", "choices", "schema", "check", "logprobs", "judge", "decisions", "self"
]
PolicySignal = Literal["auto", "agreement", "backed", "logprobs"]  # those of the chains that `tune` certifies
Watched = Literal["escalations", "answers", "length", "quality"]  # by what a certified route is seen to hold
AlertKind = Literal["share", "errors", "spend", "escalation", "cache", "unpriced", "drift"]  # the keys of [alerts]
Priority = Literal["low", "normal", "high"]
OnDear = Literal["cheaper", "compress", "skip"]  # what becomes of a row that is expected to cost more than a row may
RouteChoice = Literal["routing", "chain", "named model"]  # who chose the model: scrimp, the chain of a user, the user
CacheMode = Literal["on", "off", "refresh", "only"]
ProviderCacheMode = Literal["auto", "off"]  # whether providers are asked to keep what calls begin with
CacheLifetime = Literal["5m", "30m", "1h"]  # how long a provider keeps it
CachePart = Literal["system", "history", "attachments", "text"]  # where in a call something that is kept ends
Buy = Literal["named", "cheapest"]  # where a model is bought: where it is named, or wherever it costs least
RowOrder = Literal["input", "completion"]
FailOn = Literal["any", "all", "never"]
InputFormat = Literal["auto", "jsonl", "csv", "tsv", "json", "lines", "text", "parquet"]
# What answers the rows of a run: this process, several of this machine, or workers of Ray.
Engine = Literal["local", "processes", "ray"]
OutputFormat = Literal["jsonl", "csv", "tsv", "text", "json", "parquet"]
LedgerFormat = Literal["jsonl", "csv", "parquet"]  # of exported calls
SummaryMode = Literal["auto", "none", "table", "json"]
ColorMode = Literal["auto", "always", "never"]
RunKind = Literal["run", "ask"]  # which command a recorded run was
ProgressMode = Literal["auto", "bar", "lines", "json", "none"]

# How a provider is reached
Dialect = Literal["openai", "anthropic", "gemini"]
LabelHeaders = Literal["none", "helicone", "portkey", "litellm"]  # in whose words a gateway is told of labels
Transport = Literal["http", "local", "replay"]  # a socket, the embedded model, a file of recorded completions

# Batches
# "refused": it was looked at and nothing of it ran; "stopping": its end was asked for; "unknown": its provider has
# another word. What was answered by the end of a finished one can be fetched.
BatchState = Literal["checking", "running", "stopping", "ended", "refused", "expired", "cancelled", "unknown"]
FINISHED_BATCHES: tuple[BatchState, ...] = ("ended", "expired", "cancelled")
BatchRefusal = Literal[  # why a provider refuses to make a batch, or to tell of one
    "no_batch", "too_large", "queue_full", "not_found", "unreadable", "other"
]  # fmt: skip
ShardState = Literal[  # of a batch as scrimp knows it; written before the step that it names is taken
    "queued", "ready", "uploading", "uploaded", "creating", "submitted", "fetching", "fetched", "held", "split",
    "merged", "unsold", "refused", "dropped",
]  # fmt: skip
OPEN_SHARDS: tuple[ShardState, ...] = (
    "queued", "ready", "uploading", "uploaded", "creating", "submitted", "fetching", "held",
)  # fmt: skip
UNSENT_SHARDS: tuple[ShardState, ...] = ("split", "merged", "unsold", "refused", "dropped")  # nothing of them ran
BatchGoal = Literal["submitted", "followed", "fetched", "answered"]  # how far a command takes a job
BatchedCall = Literal["waiting", "answered", "unanswered"]

# How things ended
# Why a model stopped writing: only "stop" is a whole completion; an `unknown` word may mean anything.
StopReason = Literal["stop", "length", "refused", "tool", "error", "unknown"]
FailureKind = Literal[  # what each implies is in failures
    "auth", "quota", "rate_limit", "timeout", "server", "network", "not_found", "refused", "too_long", "invalid",
    "schema", "budget", "batch", "cache_gone",
]  # fmt: skip
CacheUse = Literal["hit", "miss", "dup", "off"]
RowStatus = Literal["ok", "truncated", "error", "skipped", "pending"]
EntryStatus = Literal["paid", "failed", "truncated", "lost"]
PAID_STATUSES: tuple[EntryStatus, ...] = ("paid", "truncated")  # of calls that gave a completion, whole or cut off
