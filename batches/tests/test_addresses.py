import pytest

from batches.addresses import Reach, lan_address, may_be_a_shop, reach


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
