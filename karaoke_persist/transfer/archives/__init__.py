"""Archives: everything in one portable file, and back."""
