"""Where a prompt goes: by the user's rules, by what was learned of its task, or by a prior for its kind of task.

A task is the work a prompt is one case of. Its signature is its name: the user's own, or a hash of what its prompts
have in common. Its kind is a coarse class ("code", "translation"). A tier is a named class of models.
"""
