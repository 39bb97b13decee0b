"""Paper [A]: simulated systems and predictions of them."""
