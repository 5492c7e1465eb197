"""What a usage costs: a model's rates at a moment, from the user, our corrections or the shipped table."""
