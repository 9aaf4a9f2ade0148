from .rules.batch_code import read_code


class CodeConverter:
    """A batch's code in the portal's URLs, read as forgivingly as on the report."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        code = read_code(value)
        if code is None:
            raise ValueError(value)
        return code

    def to_url(self, value: str) -> str:
        return value


class AnythingConverter:
    """Whatever stands after /batch/: the report answers all of it, if only with a kind 404."""

    regex = r"[\s\S]*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class LengthConverter:
    """A length in mm, such as 215.9: digits, and nothing that could mean more."""

    regex = r"[0-9]{1,4}(?:\.[0-9]{1,4})?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: float) -> str:
        return f"{value:.4f}".rstrip("0").rstrip(".")
