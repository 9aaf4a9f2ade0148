import socket
from types import SimpleNamespace

import psutil
import pytest

from freshness.config.network_address import (
    Reach,
    default_route_address,
    lan_address,
    may_be_a_shop,
    reach,
)


@pytest.mark.parametrize(
    ("url", "who"),
    [
        ("http://localhost:8000", Reach.NOBODY),
        ("http://shop.localhost", Reach.NOBODY),
        ("http://127.0.0.1:8000", Reach.NOBODY),
        ("http://127.8.8.8", Reach.NOBODY),
        ("http://[::1]:8000", Reach.NOBODY),
        ("http://0.0.0.0", Reach.NOBODY),
        ("http://192.168.1.20:8000", Reach.SHOP),
        ("http://10.4.5.6", Reach.SHOP),
        ("http://172.20.3.4", Reach.SHOP),
        ("http://[fd00::2]", Reach.SHOP),
        ("http://shop-laptop", Reach.SHOP),
        ("http://shop.local:8000", Reach.SHOP),
        ("http://shop.lan", Reach.SHOP),
        ("http://shop.fritz.box", Reach.SHOP),
        ("http://localhost.", Reach.NOBODY),
        ("https://fresh.example.com", Reach.EVERYBODY),
        ("http://8.8.8.8", Reach.EVERYBODY),
    ],
)
def test_who_can_open_an_address(url: str, who: Reach) -> None:
    assert reach(url) == who


@pytest.mark.parametrize(
    ("address", "possible"),
    [
        ("192.168.178.31", True),
        ("10.0.0.7", True),
        ("172.16.9.9", True),
        ("127.0.0.1", False),
        ("169.254.10.1", False),  # link-local: no network answered
        ("100.101.102.103", False),  # Tailscale
        ("0.0.0.0", False),
    ],
)
def test_which_addresses_can_be_a_shops(address: str, possible: bool) -> None:
    assert may_be_a_shop(address) == possible


def test_the_address_found_here_is_one_a_phone_may_open() -> None:
    address = lan_address()
    assert address is None or reach(f"http://{address}") in {Reach.SHOP, Reach.EVERYBODY}


def adapters(monkeypatch: pytest.MonkeyPatch, up: dict[str, str], down: dict[str, str]) -> None:
    """Gives this computer other network adapters, each with its IPv4 address."""
    addresses = {
        name: [SimpleNamespace(family=socket.AF_INET, address=address)]
        for name, address in {**up, **down}.items()
    }
    states = {name: SimpleNamespace(isup=name in up) for name in addresses}
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: addresses)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: states)


@pytest.mark.parametrize(
    ("up", "down", "found"),
    [
        ({"lo": "127.0.0.1"}, {}, None),
        ({"lo": "127.0.0.1", "wlan0": "192.168.178.20"}, {}, "192.168.178.20"),
        ({"en0": "10.20.30.40"}, {"en1": "192.168.1.2"}, "10.20.30.40"),
        ({"docker0": "172.17.0.1", "br-1f": "172.18.0.1", "eth0": "172.20.1.5"}, {}, "172.20.1.5"),
        ({"tun0": "10.8.0.2", "utun3": "10.9.0.2", "wlp3s0": "192.168.0.9"}, {}, "192.168.0.9"),
        ({"vEthernet (WSL)": "172.30.0.1", "Wi-Fi": "192.168.1.7"}, {}, "192.168.1.7"),
        ({"tailscale0": "100.64.3.4", "eth0": "169.254.7.7"}, {}, None),
    ],
)
def test_the_shops_address_is_that_of_a_real_adapter(
    monkeypatch: pytest.MonkeyPatch, up: dict[str, str], down: dict[str, str], found: str | None
) -> None:
    adapters(monkeypatch, up, down)
    assert lan_address() == found


def test_of_two_real_adapters_the_one_that_leads_out_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    way_out = default_route_address()
    if way_out is None or not may_be_a_shop(way_out):
        pytest.skip("needs a network, and there is none here")
    adapters(monkeypatch, {"eth1": "192.168.99.99", "eth0": way_out}, {})
    assert lan_address() == way_out
    adapters(monkeypatch, {"tun0": way_out, "eth1": "192.168.99.99"}, {})
    assert lan_address() == "192.168.99.99"
