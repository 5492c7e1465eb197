"""Plain files beside the databases, which their owner alone can read."""
