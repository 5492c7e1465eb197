"""HTTP: the one place that opens sockets to providers."""
