"""What a row is expected to cost before it is called, and what follows where that is more than it may cost."""
