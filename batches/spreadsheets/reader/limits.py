"""What reading one file may cost. No table of a shop comes near; each holds on every system."""

from time import thread_time

from .errors import ReadError

MOST_ROWS = 50_000
MOST_COLUMNS = 100
MOST_LINES = 100_000  # the last line that may hold anything
LAST_LINE = 1_048_576  # Excel's own
MOST_CELLS = 5_200_000  # empty ones included
MOST_TEXT = 20_000_000  # letters in all cells together
LONGEST_TEXT = 2_000  # letters of a cell that are kept; the longest field holds 200
LONGEST_CELL = 32_767  # letters, Excel's own
MOST_UNPACKED = 500 * 1024**2  # bytes
MOST_SECONDS = 20.0  # of work, on a processor


class Budget:
    """What reading one file has cost so far. Raises ReadError where it costs too much."""

    def __init__(self, seconds: float = MOST_SECONDS) -> None:
        self.deadline = thread_time() + seconds
        self.cells = self.letters = self.unpacked = 0

    def spend_cells(self, count: int) -> None:
        self.cells += count
        if self.cells > MOST_CELLS:
            raise ReadError("too_many_cells")

    def spend_text(self, letters: int) -> None:
        self.letters += letters
        if self.letters > MOST_TEXT:
            raise ReadError("too_large")

    def spend_bytes(self, count: int) -> None:
        self.unpacked += count
        if self.unpacked > MOST_UNPACKED:
            raise ReadError("too_large")
        self.spend_cells(0)
        self.check_time()

    def check_time(self) -> None:
        if thread_time() > self.deadline:
            raise ReadError("too_slow")
