"""Vector fields, one a file."""
