"""Processes of this machine as an engine: each answers chunks of rows, over the same stores."""
