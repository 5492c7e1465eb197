"""The commands: each parses its flags, opens a session, calls a flow, prints the result and exits."""
