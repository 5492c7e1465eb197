"""What the config resolves to: endpoints, keys, tiers, chains and routes."""
