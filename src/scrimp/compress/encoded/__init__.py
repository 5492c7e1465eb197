"""Rules for bytes in base64."""
