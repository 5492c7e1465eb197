"""What recorded completions teach: which policy is good enough, how sure that is, and which prompts deserve more."""
