"""Sends calls to models, over HTTP or in this process, behind a single layer of retries and limits."""
