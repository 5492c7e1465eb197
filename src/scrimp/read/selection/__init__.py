"""Which rows of an input are taken: a sample of them at random, or one of its shards."""
