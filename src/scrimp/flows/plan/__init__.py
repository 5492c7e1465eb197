"""From a prompt to a planned row: compressed, routed, named, and looked up in the cache."""
