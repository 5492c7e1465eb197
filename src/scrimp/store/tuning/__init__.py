"""What tune learns from: completions of several models for one prompt, of several levels, and checks of routes."""
