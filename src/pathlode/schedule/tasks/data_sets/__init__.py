"""The data sets that tasks are of, one a file."""
