"""Words of instructions, a file for each language or group of them."""
