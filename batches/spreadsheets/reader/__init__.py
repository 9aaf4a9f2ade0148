"""Reads the table in a file. It imports no Django, so that a process of its own starts at once."""
