"""The order in which things happen: each flow asks the other rooms in turn, and decides nothing itself."""
