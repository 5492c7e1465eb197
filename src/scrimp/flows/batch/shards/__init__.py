"""Shards on their way: from a file on this machine to results, whatever the provider and the network do."""
