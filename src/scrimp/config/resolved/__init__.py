"""What the config comes to: endpoints, keys, tiers, chains and routes."""
