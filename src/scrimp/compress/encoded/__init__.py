"""Rules for encoded bytes: base64, hexadecimal digits and dumps."""
