from collections.abc import Sequence
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from freshness.replica import NEVER, PATIENCE, SILENT, TRUSTED, Places

# What may happen: time passes, somebody saves, the replica replays some of what it lacks, or one of
# two processes asks one of the two servers; `late` is how long the answer takes.
SOON = st.sampled_from([0.0, 0.01, 0.1, 0.3])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), SOON),
        st.tuples(st.just("save"), SOON),
        st.tuples(st.just("replay"), st.integers(1, 3)),
        st.tuples(st.sampled_from(["A asks primary", "A asks replica"]), SOON),
        st.tuples(st.sampled_from(["B asks primary", "B asks replica"]), SOON),
    ),
    min_size=10,
    max_size=60,
)


class Shop:
    """A primary, its replica, a process A in which somebody saves, and B, which shows reports."""

    def __init__(self) -> None:
        self.now = 0.0
        self.saved = 0  # so many things, each a step of the log
        self.replayed = 0
        self.saved_at: list[float] = []
        self.answered = 0  # the last that was answered as saved
        self.processes = {"A": Places(self.now), "B": Places(self.now)}

    def do(self, what: str, amount: float) -> None:
        if what == "save":
            self.saved += 1
            self.saved_at.append(self.now)
        elif what == "replay":
            self.replayed = min(self.saved, self.replayed + int(amount))
        elif what == "pass":
            self.now += amount
        else:
            self.ask(self.processes[what[0]], what.endswith("primary"), amount)
        self.answer()

    def ask(self, places: Places, is_primary: bool, late: float) -> None:
        asked_at, self.now = self.now, self.now + late
        if is_primary:
            places.hear_of_primary(asked_at, self.saved)
        else:
            places.hear_of_replica(asked_at, self.replayed)

    def answer(self) -> None:
        """As `Watch.wait_for_replica` does."""
        reached_at = self.processes["A"].reached_at
        for number, saved_at in enumerate(self.saved_at, start=1):
            if reached_at > saved_at or self.now - saved_at >= PATIENCE:
                self.answered = max(self.answered, number)


@settings(max_examples=300)
@given(STEPS)
def test_a_replica_that_holds_has_all_that_was_answered_as_saved(
    steps: Sequence[tuple[str, float]],
) -> None:
    shop = Shop()
    reader = shop.processes["B"]
    for what, amount in steps:
        shop.do(what, amount)
        if reader.replica_holds_until(shop.now) > shop.now and not reader.is_primary_down(shop.now):
            assert shop.replayed >= shop.answered


def test_a_replica_that_follows_holds() -> None:
    places = Places(now=0)
    for now, place in enumerate(accumulate([100] * 10)):
        places.hear_of_primary(now / 5, place)
        places.hear_of_replica(now / 5 + 0.01, place)
    assert places.replica_holds_until(1.9) == 1.8 + TRUSTED


def test_one_that_lags_holds_for_a_moment_only() -> None:
    places = Places(now=0)
    places.hear_of_primary(0, 100)
    places.hear_of_replica(0.1, 100)
    for now in (0.5, 1.0, 1.5):
        places.hear_of_primary(now, 200)
        places.hear_of_replica(now, 199)
    assert places.replica_holds_until(1.6) == TRUSTED


def test_nothing_holds_before_the_primary_has_answered() -> None:
    places = Places(now=0)
    places.hear_of_replica(0.1, 100)
    assert places.replica_holds_until(0.2) == NEVER
    assert places.is_unclear(0.2)


def test_a_primary_that_is_down_from_the_start_is_given_up() -> None:
    places = Places(now=0)
    places.hear_of_replica(0.4, 100)
    assert not places.is_unclear(SILENT - TRUSTED + 0.1)
    assert places.replica_holds_until(SILENT - TRUSTED + 0.1) == 0.4 + SILENT


def test_while_the_primary_is_down_a_replica_answers_that_lacks_nothing_known() -> None:
    places = Places(now=0)
    places.hear_of_primary(0, 100)
    places.hear_of_replica(SILENT + 1, 100)
    assert places.replica_holds_until(SILENT + 1) == SILENT + 1 + SILENT


def test_one_that_lacks_what_a_process_before_knew_does_not() -> None:
    places = Places(now=0, known=100)
    places.hear_of_replica(1, 99)
    assert places.replica_holds_until(1) < 1
    places.hear_of_replica(1, 100)
    assert places.replica_holds_until(1) == 1 + SILENT


def test_what_the_primary_says_now_counts_more_than_what_was_known() -> None:
    """After another server was promoted, or a backup restored."""
    places = Places(now=0, known=100)
    places.hear_of_primary(0, 50)
    places.hear_of_replica(SILENT + 1, 50)
    assert places.replica_holds_until(SILENT + 1) == SILENT + 1 + SILENT


def test_one_that_lacks_something_does_not() -> None:
    places = Places(now=0)
    places.hear_of_primary(0, 100)
    places.hear_of_replica(SILENT + 1, 99)
    assert places.replica_holds_until(SILENT + 1) < SILENT + 1


def test_one_that_was_started_anew_has_to_be_asked_again() -> None:
    places = Places(now=0)
    places.hear_of_primary(0, 100)
    places.hear_of_replica(0.1, 100)
    places.lose_replica()
    assert places.replica_holds_until(0.2) < 0.2
