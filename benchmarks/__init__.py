"""Measures of the project against the raw drivers and the usual tools, taken interleaved."""
