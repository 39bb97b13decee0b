"""Decoders, one a file."""
