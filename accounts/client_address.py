"""Where a request came from."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The client's IP address; None where there is none, as on a Unix socket.

    Behind a proxy it is what our own proxy has added to X-Forwarded-For, its last entry: all before
    that may be invented by the client, as is the whole header where there is no proxy.
    """
    address = ip_of(request)
    return str(address) if address else None


def client_network(request: HttpRequest) -> str | None:
    """What one client cannot easily change: its IPv4 address, or the /64 of its IPv6 address."""
    address = ip_of(request)
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed, 64), strict=False).network_address)
    return str(address) if address else None


def ip_of(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    text = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        text = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or text
    with_port = re.fullmatch(r"\[(.*)\](?::\d+)?|([\d.]+):\d+", text)
    if with_port:
        text = with_port[1] or with_port[2]
    try:
        address = ip_address(text.partition("%")[0])  # what follows names an interface
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
