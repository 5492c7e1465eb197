"""Rules for bytes written as letters: base64 and hexadecimal dumps."""
