"""The formats that the package imports, one a module: each has a function `opened`, as `Importer.open` is."""
