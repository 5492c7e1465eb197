"""Providers without a socket: the embedded model and recorded completions."""
