"""Chaotic flows: their data, and how well learnt systems forecast them and reproduce their attractors."""
