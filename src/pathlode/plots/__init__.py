"""Figures: one function each, in one style."""
