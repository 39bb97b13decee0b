"""The data sets of tasks, one per file."""
