"""Whether the prices of models in use are known, fresh and about to change."""
