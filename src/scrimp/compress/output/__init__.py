"""Rules for command output and logs."""
