"""How many connections this process may hold open at once."""

import select

MOST_CONNECTIONS = 4_000
FILES_OF_ONE = 3  # its socket, what it sends and what it is sent; the last two if they are large
WITHOUT_POLL = 150  # select, all that Windows has, ends at 512 sockets
MOST_ON_MACOS = 10_240  # it refuses a limit above this, whatever it says of itself


def connection_limit() -> int:
    """Return a third of the files that may be open, once as many are allowed as are needed."""
    try:
        import resource
    except ImportError:  # on Windows
        return WITHOUT_POLL
    if not hasattr(select, "poll"):
        return WITHOUT_POLL
    for enough in (MOST_CONNECTIONS * FILES_OF_ONE, MOST_ON_MACOS):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft == resource.RLIM_INFINITY or soft >= enough:
            return min(MOST_CONNECTIONS, enough // FILES_OF_ONE)
        allowed = enough if hard == resource.RLIM_INFINITY else min(enough, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        except (OSError, ValueError):
            continue
        return allowed // FILES_OF_ONE
    return soft // FILES_OF_ONE
