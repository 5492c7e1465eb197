"""Routes and levels of compression that were certified, and how a prompt is known to be of their task."""
