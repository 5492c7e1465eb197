"""What `scrimp estimate` shows besides prices: what caches and levels of compression would save, and its own error."""
