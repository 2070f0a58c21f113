"""The rules, one module per topic. Each is a test method whose docstring is the promise."""
