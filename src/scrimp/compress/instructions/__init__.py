"""What a prompt's instructions say: which sentences ask, which tell how to answer, which words label what."""
