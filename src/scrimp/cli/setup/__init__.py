"""What is set up on this machine: the configuration, the installation and the shell's completions."""
