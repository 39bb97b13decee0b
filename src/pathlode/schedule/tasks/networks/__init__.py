"""The networks of tasks, one per file."""
