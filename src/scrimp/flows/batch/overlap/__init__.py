"""Rows that batches and live runs answer alike: what came back is used, and what was paid twice is recorded."""
