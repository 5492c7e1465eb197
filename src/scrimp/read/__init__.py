"""Reading prompts: paths, globs and stdin become named streams, streams become rows, rows become prompts."""
