"""What `scrimp tune` does, and what a run takes from it: pairs collected, replayed, labeled, certified and watched.

The words (recording, row, dataset, pair, policy, task, claim, certificate) have the meanings listed in
`scrimp.tuning`. A stored prompt with its replies (`store.pairs`) becomes a row; a dispute is a row on which a cheap
model and the flagship assert different things.
"""
