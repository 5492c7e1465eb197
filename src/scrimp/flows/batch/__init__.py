"""Rows answered through batch APIs: calls are collected, submitted, waited for and fetched, and then become rows."""
