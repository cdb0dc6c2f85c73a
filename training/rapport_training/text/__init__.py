"""The text part: what the words of a customer feel like and ask for."""
