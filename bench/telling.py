"""Results as a reader of bench/RESULTS.md has them."""

from collections.abc import Iterable, Sequence


def section(title: str, words: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """In `words`: what was done, and what a figure means. Columns of figures stand to the right."""
    return f"## {title}\n\n{words}\n\n{table(head, list(rows))}\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    columns = zip(*rows, strict=True)
    rule = ["---:" if all(map(is_figure, column)) else "---" for column in columns]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def is_figure(cell: str) -> bool:
    return not cell.strip("0123456789.,")
