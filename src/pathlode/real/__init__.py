"""Data that nobody here made: intensive-care stays, spoken vowels, and what can be predicted of them."""
