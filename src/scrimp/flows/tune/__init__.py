"""What `scrimp tune` does, and what a run takes from it: pairs gathered, replayed, labelled, certified, watched."""
