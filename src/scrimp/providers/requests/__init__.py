"""What a request may ask for: what each family of models accepts, caps, attached files and their tokens."""
