import sys

from .rehearsal import rehearse

sys.exit(0 if rehearse(*sys.argv[1:]) else 1)
