"""Provenance, tables, claims and pages."""
