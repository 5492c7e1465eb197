"""What recorded completions teach: which policy is good enough, how sure that is, and which prompts deserve more.

One meaning for each word, here and in `flows.tune` and `cli.tune`:

- recording: a file of prompts with what several models returned for them (`recorded_prompt`).
- row: one prompt with each model's answer: score, what it asserts, cost (`recorded_row`).
- dataset: the rows a command works on, with the flagship and the pool of cheap models.
- pair: a prompt completed by a cheap model (or policy) and by the flagship, so that the two can be compared.
- policy: which models are called for a prompt, in which order, and whose answer is kept (`policies`).
- replay: what a policy would have kept and paid on recorded rows.
- task: the work a prompt is one case of; its signature is the task's name, its kind a coarse class ("code").
- claim: what is certified of one group of rows; a certificate is the claims about all groups of a dataset.
"""
