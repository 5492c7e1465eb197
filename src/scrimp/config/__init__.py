"""What the user configured: flags over environment over project file over user file over defaults."""
