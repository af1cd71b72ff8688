"""The migrations of the tables of a directory, one module each."""
