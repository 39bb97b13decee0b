"""Schedules planned with a model of past runs that takes the learning rate as its input."""
