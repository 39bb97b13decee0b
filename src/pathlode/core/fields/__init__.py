"""Vector fields, one per file."""
