"""Rules for files in base64."""
