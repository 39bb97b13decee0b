"""Recordings of any source: read from files, checked, and cut into beats."""
