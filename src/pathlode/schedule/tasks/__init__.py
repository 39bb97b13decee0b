"""Classification tasks for the comparison of learning-rate policies: pairs of a small data set and a small network."""
