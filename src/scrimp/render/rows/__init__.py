"""Outcomes written as rows: JSON lines, CSV, TSV, text or one JSON array."""
