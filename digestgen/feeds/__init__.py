"""Feeds: what they say (`values`), and how each format writes it."""
