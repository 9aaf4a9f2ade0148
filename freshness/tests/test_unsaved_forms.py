"""Every form that staff type into is kept in the browser until it is saved."""

from html.parser import HTMLParser
from typing import Any

from conftest import MakeBatch, MakeUser

from .pages import PAGES, answer, fill_shop

NOT_TYPED = {"hidden", "password", "file", "submit"}
FOR_STRANGERS = ("register", "sign in", "reset", "landing")


class ForgottenFields(HTMLParser):
    """Collects the fields of forms that are posted and not kept."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.is_forgotten = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "form":
            self.is_forgotten = about.get("method") == "post" and "data-keep" not in about
        is_secret = about.get("autocomplete") == "one-time-code"
        is_typed = tag in {"select", "textarea"} or (
            tag == "input" and about.get("type") not in NOT_TYPED and not is_secret
        )
        if self.is_forgotten and is_typed:
            self.names.append(about.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_forgotten = False


def forgotten_fields(html: str) -> list[str]:
    parser = ForgottenFields()
    parser.feed(html)
    return parser.names


def test_it_finds_what_is_forgotten() -> None:
    html = '<form method="post"{}><input type="hidden" name="a"><input type="text" name="b"></form>'
    assert forgotten_fields(html.format("")) == ["b"]
    assert forgotten_fields(html.format(' data-keep="x"')) == []


def test_every_form_that_is_typed_into_is_kept(
    make_batch: MakeBatch, make_user: MakeUser, settings: Any, db: None
) -> None:
    clients = fill_shop(make_batch, make_user)
    pages = {name: page for name, page in PAGES.items() if not name.startswith(FOR_STRANGERS)}
    forgotten = {
        name: forgotten_fields(answer(page, clients).content.decode())
        for name, page in pages.items()
    }
    assert {name: names for name, names in forgotten.items() if names} == {}
