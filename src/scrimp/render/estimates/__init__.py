"""What `scrimp estimate` shows beside prices: what caches and levels of compression would save, and its own error."""
