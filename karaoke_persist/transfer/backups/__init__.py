"""Backups: made while others write, brought back, and made before every upgrade of a schema."""
