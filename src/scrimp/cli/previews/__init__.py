"""What would become of prompts, without a call: their cost, their route, their shorter text, their requests."""
