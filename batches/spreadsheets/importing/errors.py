class UnreadableError(Exception):
    """A file of which no row can be read; what it holds says why, in a sentence."""
