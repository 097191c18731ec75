"""Feeds of others: read, credited, and turned into drafts."""
