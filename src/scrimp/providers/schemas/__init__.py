"""A JSON schema in the form that each provider takes."""
