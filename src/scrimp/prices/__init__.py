"""What a usage costs: rates for a model at a moment, from the user, our corrections or the shipped table."""
