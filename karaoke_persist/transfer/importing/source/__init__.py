"""Reading a file of somebody else: a copy of it, its tables, and its columns one by one."""
