"""Shorter prompts that say the same.

A text passes through the folders in this order:

1. `compressor` takes the text and the `options`, and handles plain words itself; `pipeline` handles everything else.
2. `zones` splits the text into zones, each of one kind: instruction, context, tool output, data or code;
   `told_data` does so where the caller told what is data.
3. `rules` lists what each level does to each kind of zone, with functions from `json` (objects as columns), `html`
   (pages as text), `output` (logs and command output), `encoded` (files in base64), `wording` (articles) and
   `extract` (sentences that bear on the question).
4. `checks` compares the text before and after every rule; a rule that lost something is taken back.
5. `compressed_text` is the result.
"""

from scrimp.compress.compressed_text import CompressedText
from scrimp.compress.compressor import compress, compress_with
from scrimp.compress.options import DEFAULT_KEEP, LEVELS, CompressOptions

__all__ = ["DEFAULT_KEEP", "LEVELS", "CompressOptions", "CompressedText", "compress", "compress_with"]
