"""The door to what a person set: flags over environment over project file over user file over defaults."""
