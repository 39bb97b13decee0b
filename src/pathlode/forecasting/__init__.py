"""Forecasts of a user's own series: a model with settings that work, in a few calls."""
