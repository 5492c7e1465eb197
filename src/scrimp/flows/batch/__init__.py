"""Rows answered through batch APIs: collected, submitted, waited for, fetched, and made rows of as if called live."""
