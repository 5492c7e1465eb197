"""From a planned row to an outcome: the calls of its chain, checked and compared."""
