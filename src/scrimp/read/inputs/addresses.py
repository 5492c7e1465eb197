"""How an address at S3 is told from the path of a file, without what reads it."""

S3 = "s3://"


def is_object(name: str) -> bool:
    """Return whether a name is the address of one or many objects, and not the path of a file."""
    return name.startswith(S3)
