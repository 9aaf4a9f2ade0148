from argparse import ArgumentParser

from .packages import install_what_is_missing
from .rehearsal import rehearse

parser = ArgumentParser(description="Break a whole shop in each way that is known.")
parser.add_argument("--short", action="store_true", help="only a few faults, in two minutes")
parser.add_argument("words", nargs="*", help="only faults with these words in their names")
chosen = parser.parse_args()
install_what_is_missing()
raise SystemExit(0 if rehearse(*chosen.words, short=chosen.short) else 1)
