"""Conditional neural spline flows, one library per file."""
