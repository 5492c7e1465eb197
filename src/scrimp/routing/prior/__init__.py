"""What a prompt demands, told before any call, and what is known of how much a better model gains on such prompts."""
