"""How uncertain predictions are: distributions, intervals, their correction, and scores."""
