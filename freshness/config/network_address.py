"""Where a label points, and whether a customer's phone can get there."""

import ipaddress
import socket
from enum import Enum
from urllib.parse import urlsplit

import psutil

# Nothing is sent there: RFC 5737 keeps these addresses free of hosts.
TEST_NET = ("203.0.113.1", 9)
# Tailscale and mobile carriers: RFC 6598.
SHARED_ADDRESSES = ipaddress.IPv4Network("100.64.0.0/10")
# Names that only a shop's own network answers: RFC 6762, RFC 8375, ICANN's .internal, and what
# home routers use.
PRIVATE_NAMES = (".local", ".home.arpa", ".internal", ".lan", ".home", ".fritz.box")
# Adapters that lead into containers, virtual machines and private networks, by how they begin.
VIRTUAL_ADAPTERS = (
    *("docker", "br-", "veth", "podman", "cni", "flannel", "cali", "lxc", "lxd"),
    *("virbr", "vmnet", "vmware", "vboxnet", "virtualbox", "vethernet", "bridge1"),
    *("tun", "tap", "utun", "wg", "wireguard", "tailscale", "zt", "zerotier", "ipsec", "ppp"),
    *("openvpn", "nordlynx", "proton"),
)


class Reach(Enum):
    """Who can open an address."""

    NOBODY = "nobody"  # only this computer itself
    SHOP = "shop"  # whoever is on the shop's network, until the address changes
    EVERYBODY = "everybody"


def reach(url: str) -> Reach:
    """Who can open `url`, judged by its host alone: nothing is looked up."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            return Reach.NOBODY
        is_private = "." not in host or host.endswith(PRIVATE_NAMES)
        return Reach.SHOP if is_private else Reach.EVERYBODY
    if address.is_loopback or address.is_unspecified:
        return Reach.NOBODY
    return Reach.EVERYBODY if address.is_global else Reach.SHOP


def lan_address() -> str | None:
    """This computer's IPv4 address on the shop's network, or None where it has none.

    The address of the default route comes first; where that leads into a private network
    (a VPN), the first address of a real adapter does.
    """
    candidates = real_addresses()
    preferred = default_route_address()
    if preferred in candidates:
        return preferred
    return candidates[0] if candidates else None


def default_route_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.connect(TEST_NET)
        except OSError:
            return None
        return str(udp.getsockname()[0])


def real_addresses() -> list[str]:
    running = {name for name, state in psutil.net_if_stats().items() if state.isup}
    return [
        address.address
        for name, addresses in psutil.net_if_addrs().items()
        if name in running and not name.lower().startswith(VIRTUAL_ADAPTERS)
        for address in addresses
        if address.family == socket.AF_INET and may_be_a_shop(address.address)
    ]


def may_be_a_shop(address: str) -> bool:
    ip = ipaddress.IPv4Address(address)
    return not (ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip in SHARED_ADDRESSES)
