import sys

from .packages import install_what_is_missing
from .rehearsal import rehearse

install_what_is_missing()
sys.exit(0 if rehearse(*sys.argv[1:]) else 1)
