"""scrimp: run prompts through language models for the least money that still gets the right completion."""

__version__ = "0.1.0"
