"""A page of costs: one HTML file that asks nothing of the network, with no script in it."""
