"""What deploy/nginx.conf says on the wire, asked of a real nginx with a certificate of our own."""

import http.client
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .programs import need
from .proxy import HOST, Origin, Proxy, need_nginx

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")


@pytest.fixture(autouse=True)
def noon() -> None:
    """nginx has its own clock, which does not travel."""


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    need_nginx()
    need("openssl", "REQUIRE_NGINX")
    certify(tmp_path, HOST)
    with Proxy(tmp_path).running(tls=True) as proxy:
        yield proxy


@pytest.fixture
def origin(proxy: Proxy) -> Iterator[Origin]:
    with Origin(proxy.shop_port) as origin:
        yield origin


def certify(folder: Path, host: str) -> None:
    """Makes an authority, and a certificate of `host` that is signed by it."""
    openssl(folder, "authority.key", "authority.pem", "-subj", "/CN=Authority")
    signed = ("-CA", f"{folder}/authority.pem", "-CAkey", f"{folder}/authority.key")
    named = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
    no_authority = ("-addext", "basicConstraints=critical,CA:FALSE")
    openssl(folder, "privkey.pem", "fullchain.pem", *signed, *named, *no_authority)


def openssl(folder: Path, key: str, certificate: str, *more: str) -> None:
    places = ("-keyout", f"{folder}/{key}", "-out", f"{folder}/{certificate}")
    command = ["openssl", "req", "-x509", *NEW_KEY, *places, *more]
    subprocess.run(command, check=True, capture_output=True)


def trusting(proxy: Proxy) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=proxy.folder / "authority.pem")
    context.set_ciphers("ALL:@SECLEVEL=0")  # what is refused, the server refuses
    return context


def connected(proxy: Proxy, context: ssl.SSLContext, host: str = HOST) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", proxy.port), timeout=10)
    return context.wrap_socket(plain, server_hostname=host)


def ask(proxy: Proxy, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    return spoken(connected(proxy, trusting(proxy)), path, **headers)


def ask_in_the_clear(proxy: Proxy, path: str, host: str = HOST) -> http.client.HTTPResponse:
    plain = socket.socket(socket.AF_UNIX)
    plain.connect(f"{proxy.folder}/plain")
    return spoken(plain, path, Host=host)[0]


def spoken(
    line: socket.socket, path: str, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(HOST)
    connection.sock = line
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    try:
        return answer, answer.read()
    finally:
        connection.close()


def test_the_shop_is_told_that_it_is_asked_by_https(proxy: Proxy, origin: Origin) -> None:
    for path in ("/login", "/batch/7K3QF9XM2A", "/static/css/base.css"):
        assert ask(proxy, path, X_Forwarded_Proto="http")[0].status == 200
    assert [it.headers.get_all("X-Forwarded-Proto") for it in origin.asked] == [["https"]] * 3


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_version_that_is_sound_is_spoken(proxy: Proxy, version: ssl.TLSVersion) -> None:
    context = trusting(proxy)
    context.minimum_version = context.maximum_version = version
    with connected(proxy, context) as line:
        assert line.version() == version.name.replace("_", ".")


@pytest.mark.filterwarnings("ignore:.*TLSv1.* is deprecated:DeprecationWarning")
@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_an_older_one_is_refused(proxy: Proxy, version: str) -> None:
    context = trusting(proxy)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    with pytest.raises(ssl.SSLError) as refused:
        connected(proxy, context)
    assert refused.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"])
def test_a_cipher_without_authenticated_encryption_is_refused(proxy: Proxy, cipher: str) -> None:
    context = trusting(proxy)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError) as refused:
        connected(proxy, context)
    assert refused.value.reason == "SSLV3_ALERT_HANDSHAKE_FAILURE"


def test_browsers_speak_http_2(proxy: Proxy) -> None:
    context = trusting(proxy)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with connected(proxy, context) as line:
        assert line.selected_alpn_protocol() == "h2"


def test_a_session_is_taken_up_without_a_ticket(proxy: Proxy) -> None:
    context = trusting(proxy)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with connected(proxy, context) as line:
        session = line.session
        assert session is not None
        assert not session.has_ticket


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", ""])
def test_another_host_is_shown_no_certificate(proxy: Proxy, origin: Origin, host: str) -> None:
    context = trusting(proxy)
    context.check_hostname = False
    with pytest.raises(ssl.SSLError) as refused:
        connected(proxy, context, host or None)  # type: ignore[arg-type]  # none is named
    assert refused.value.reason == "TLSV1_UNRECOGNIZED_NAME"


def test_nor_is_it_answered_under_the_name_of_the_shop(proxy: Proxy, origin: Origin) -> None:
    assert ask(proxy, "/", Host="evil.example")[0].status == 421
    assert origin.asked == []


def test_who_comes_by_http_is_sent_on(proxy: Proxy, origin: Origin) -> None:
    for path in ("/", "/batch/7K3QF9XM2A?utm_source=x", "/readyz"):
        answer = ask_in_the_clear(proxy, path)
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}{path}")
    assert ask_in_the_clear(proxy, "/", "evil.example").status == 421
    assert origin.asked == []


def test_but_who_proves_the_host_to_be_ours(proxy: Proxy) -> None:
    """As certbot's webroot does: no redirect, no gunicorn."""
    proofs = proxy.folder / "html" / ".well-known" / "acme-challenge"
    proofs.mkdir(parents=True)
    (proofs / "token").write_text("proof")
    assert ask_in_the_clear(proxy, "/.well-known/acme-challenge/token").status == 200
    assert ask_in_the_clear(proxy, "/.well-known/acme-challenge/other").status == 404
