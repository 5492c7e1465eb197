"""The order of the work: each flow calls the other rooms in turn, and decides nothing itself."""
