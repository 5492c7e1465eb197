"""Whether it pays to have a provider keep what calls begin with: pure decisions from sizes, prices and counts."""
