"""Functions of the measured values that an encoder reads in their place, one per file."""
