"""Event loops of our own, and what signals do to what runs in them."""
