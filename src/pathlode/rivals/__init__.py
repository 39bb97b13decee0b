"""Comparison of rows that the literature sets beside latent ODEs: errors, costs and ranks."""
