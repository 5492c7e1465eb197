"""The door to models: HTTP to providers and the embedded runtime, behind one layer of retries."""
