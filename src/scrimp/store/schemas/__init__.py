"""The schemas of the SQLite files: migrations, which are added and never changed."""
