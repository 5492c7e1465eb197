"""A day of support tickets through scrimp, at today's prices."""
