"""One compressor in a process of its own, under whichever Python has it: texts in, compressed texts out.

    python worker.py TOOL < texts.jsonl > results.jsonl

It needs nothing beside the tool. A line in is a text as a JSON string. The first line out is the tool's version, or
null where it is not installed. Then every text is compressed once untimed, so that no import or warming up is counted,
once timed, and what came of it once more: `{"text", "seconds", "again"}` a line, or `{"error"}` where the tool raised;
with `"decoded"` where the tool wrote a notation of its own and has a decoder for it.
"""

# Only the tool that was named may be needed.

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

Compress = Callable[[str], str]
# No tool may load anything from a hub, or report what it is given.
_ALONE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "DO_NOT_TRACK": "1", "HEADROOM_TELEMETRY": "off"}


def _scrimp(level: str) -> Compress:
    from scrimp.compress import compress

    return lambda text: compress(text, level).text


def _fasttok() -> Compress:
    from fasttok import Compressor

    return Compressor().compress


def _claw() -> Compress:
    from claw_compactor.fusion.engine import FusionEngine

    engine = FusionEngine()
    return lambda text: engine.compress(text)["compressed"]


def _compression_prompt() -> Compress:
    from compression_prompt import Compressor, CompressorConfig, StatisticalFilterConfig
    from compression_prompt.compressor import CompressionError

    # 0.7 is called conservative in its manual; the default is 0.5.
    config = CompressorConfig(target_ratio=0.7)
    compressor = Compressor(config, StatisticalFilterConfig(compression_ratio=0.7))

    def compress(text: str) -> str:
        try:
            return compressor.compress(text).compressed
        except CompressionError:  # its way to say that a text is too short, or would grow: then it is sent as it was
            return text

    return compress


def _headroom(*, lossless: bool) -> Compress:
    from headroom.compress import compress

    mode = {"mode": "agent"} if lossless else {}

    def squeezed(text: str) -> str:
        message = {"role": "user", "content": text}
        return compress([message], compress_user_messages=True, protect_recent=0, **mode).messages[0]["content"]

    return squeezed


def _from_headroom(text: str) -> str | None:
    """Return the JSON that a table of headroom's stands for, by its own decoder."""
    from headroom.transforms.compaction_codec import expand_compacted, is_compacted

    return json.dumps(expand_compacted(text)) if is_compacted(text) else None


def _from_scrimp(text: str) -> str | None:
    """Return the output of commands that was grouped under what its lines share; tables of JSON stay as they are."""
    from scrimp.compress.checks.unfolded import unfold_log

    undone = unfold_log(text)
    return None if undone == text else undone


DECODERS = {
    "scrimp lossless": _from_scrimp,
    "scrimp tidy": _from_scrimp,
    "headroom agent": _from_headroom,
    "headroom": _from_headroom,
}
# Name: the package that holds it, and how it is made ready.
TOOLS: dict[str, tuple[str, Callable[[], Compress]]] = {
    "scrimp lossless": ("scrimp", lambda: _scrimp("lossless")),
    "scrimp tidy": ("scrimp", lambda: _scrimp("tidy")),
    "fasttok": ("fasttok", _fasttok),
    "claw-compactor": ("claw-compactor", _claw),
    "compression-prompt 0.7": ("compression-prompt", _compression_prompt),
    "headroom agent": ("headroom-ai", lambda: _headroom(lossless=True)),
    "headroom": ("headroom-ai", lambda: _headroom(lossless=False)),
}


def main() -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a tool prints is not a result
    os.environ.update(_ALONE)
    package, prepare = TOOLS[sys.argv[1]]
    try:
        out.write(json.dumps(version(package)) + "\n")
    except PackageNotFoundError:
        out.write("null\n")
        return
    compress, decode = prepare(), DECODERS.get(sys.argv[1])
    texts = [json.loads(line) for line in sys.stdin]
    for text in texts:
        _result(compress, text)
    for text in texts:
        result = _result(compress, text)
        if decode is not None and (decoded := decode(str(result.get("text", "")))) is not None:
            result["decoded"] = decoded
        out.write(json.dumps(result) + "\n")


def _result(compress: Compress, text: str) -> dict[str, object]:
    try:
        begun = time.perf_counter()
        after = compress(text)
        seconds = time.perf_counter() - begun
        return {"text": after, "seconds": seconds, "again": compress(after)}
    except Exception as error:  # noqa: BLE001 - whatever a tool raises is what it does with this text
        return {"error": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    main()
