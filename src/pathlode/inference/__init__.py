"""Simulation-based inference with latent vectors as data summaries, after paper [A]."""
