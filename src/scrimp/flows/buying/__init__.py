"""Where a model is bought: the cheapest of the providers that sell it, and credits that are used up first."""
