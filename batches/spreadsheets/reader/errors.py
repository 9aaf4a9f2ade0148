class ReadError(Exception):
    """Why a file cannot be read: a code, for which importing/messages.py has the sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
