"""`scrimp ask`: its words without typer where they are plain, the prompt, and its completion as it comes."""
