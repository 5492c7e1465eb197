"""A step of a chain is called: where, for what, within which caps, and by which model where one fails."""
