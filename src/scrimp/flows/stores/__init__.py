"""The stores of a home: opened, recovered after a kill, and repaired after damage."""
