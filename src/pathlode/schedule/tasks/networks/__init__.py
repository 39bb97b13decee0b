"""The networks that are trained, one a file."""
