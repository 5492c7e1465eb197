"""What a command shows of prompts without calling any API: routes, requests, compressed texts."""
