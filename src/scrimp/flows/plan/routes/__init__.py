"""Where the prompts of a run go, and why: what the user chose, and what is known of models and tasks."""
