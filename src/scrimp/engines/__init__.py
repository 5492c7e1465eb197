"""Engines that have many processes, or machines, answer the rows of one run; each process runs the flow of `run`."""
