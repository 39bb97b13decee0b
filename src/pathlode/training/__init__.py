"""Training: losses, optimiser, checkpoints."""
