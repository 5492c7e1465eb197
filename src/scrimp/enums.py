"""Closed sets of words, each written once: flags, config keys, help texts and messages are derived from them."""

from __future__ import annotations

from typing import Literal

# What a user may choose
Tier = Literal[
    "simple", "medium", "high"
]  # the shipped tiers, between which prompts are routed; a config may add others
CHEAP_TIERS = ("simple", "cheap")  # tiers that use the least effort unless told otherwise
Level = Literal["off", "lossless", "tidy", "focus", "dense"]  # levels of compression; each includes those before it
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Signal = Literal[  # signals of confidence; defined in escalation.signals
    "auto", "agreement", "backed", "choices", "schema", "check", "logprobs", "judge", "decisions", "self"
]
PolicySignal = Literal["auto", "agreement", "backed", "logprobs"]  # signals of the chains that `tune` certifies
Watched = Literal["escalations", "answers", "length", "quality"]  # signs that a certified route no longer holds
AlertKind = Literal["share", "errors", "spend", "escalation", "cache", "unpriced", "drift"]  # the keys of [alerts]
Priority = Literal["low", "normal", "high"]
OnDear = Literal["cheaper", "compress", "skip"]  # what to do with a row that is expected to cost too much
RouteChoice = Literal["routing", "chain", "named model"]  # who chose the model: scrimp, the chain of a user, the user
CacheMode = Literal["on", "off", "refresh", "only"]
ProviderCacheMode = Literal["auto", "off"]  # whether providers are asked to keep what calls begin with
CacheLifetime = Literal["5m", "30m", "1h"]  # how long a provider keeps a cached beginning
CachePart = Literal["system", "history", "attachments", "text"]  # the part of a call in which a cached beginning ends
Buy = Literal["named", "cheapest"]  # where a model is bought: where it is named, or wherever it costs least
RowOrder = Literal["input", "completion"]
FailOn = Literal["any", "all", "never"]
InputFormat = Literal["auto", "jsonl", "csv", "tsv", "json", "lines", "text", "parquet"]
# What answers the rows of a run: this process, several of this machine, or workers of Ray.
Engine = Literal["local", "processes", "ray"]
OutputFormat = Literal["jsonl", "csv", "tsv", "text", "json", "parquet"]
LedgerFormat = Literal["jsonl", "csv", "parquet"]  # formats of `scrimp cost export`
SummaryMode = Literal["auto", "none", "table", "json"]
ColorMode = Literal["auto", "always", "never"]
RunKind = Literal["run", "ask"]  # the command of a recorded run
ProgressMode = Literal["auto", "bar", "lines", "json", "none"]

# How a provider is reached
Dialect = Literal["openai", "anthropic", "gemini"]
LabelHeaders = Literal["none", "helicone", "portkey", "litellm"]  # the headers in which a gateway expects labels
Transport = Literal["http", "local", "replay"]  # a socket, the embedded model, a file of recorded completions

# Batches
# "refused": it was looked at and nothing of it ran; "stopping": its end was asked for; "unknown": its provider has
# another word. What was answered by the end of a finished one can be fetched.
BatchState = Literal["checking", "running", "stopping", "ended", "refused", "expired", "cancelled", "unknown"]
FINISHED_BATCHES: tuple[BatchState, ...] = ("ended", "expired", "cancelled")
BatchRefusal = Literal[  # why a provider refuses to make a batch, or to tell of one
    "no_batch", "too_large", "queue_full", "not_found", "unreadable", "other"
]  # fmt: skip
ShardState = Literal[  # written before the step it names is taken
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
PAID_STATUSES: tuple[EntryStatus, ...] = ("paid", "truncated")  # calls with a completion, whole or cut off
