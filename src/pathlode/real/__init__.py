"""Data that nobody here made: intensive-care stays, spoken vowels, motions of a hand, and what can be predicted of them."""
