"""Lists of songs for people."""
