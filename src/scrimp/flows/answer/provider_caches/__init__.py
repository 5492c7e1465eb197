"""What a run has its providers keep of prompts that begin alike, and what it knows of it."""
