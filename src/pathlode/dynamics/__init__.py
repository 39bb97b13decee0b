"""Paper [A]: simulated systems, and how well models predict them."""
