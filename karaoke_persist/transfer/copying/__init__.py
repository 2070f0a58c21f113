"""Copies: the same rows in another store, range by range, and verified."""
