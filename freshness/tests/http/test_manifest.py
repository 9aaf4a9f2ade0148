import json
import re
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.staticfiles.finders import find
from django.test import Client
from PIL import Image

from freshness.http.manifest import PAPER


def manifest(**headers: str) -> Any:
    response = Client().get("/manifest.webmanifest", headers=headers)
    assert response["Content-Type"] == "application/manifest+json"
    return json.loads(response.content)


def size(path: str) -> str:
    with Image.open(path) as picture:
        return f"{picture.width}x{picture.height}"


def test_it_opens_the_portal_under_the_shops_name(db: None) -> None:
    about = manifest()
    assert (about["name"], about["start_url"], about["display"]) == (
        "Corner Butcher",
        "/admin",
        "standalone",
    )
    assert (about["lang"], about["shortcuts"][0]["name"]) == ("en", "Add batch")


def test_it_speaks_the_language_of_the_browser(db: None) -> None:
    about = manifest(**{"accept-language": "es"})
    assert (about["lang"], about["shortcuts"][0]["name"]) == ("es", "Añadir lote")


def test_its_icons_are_there_and_as_large_as_it_says(db: None) -> None:
    icons = manifest()["icons"]
    assert {it.get("purpose", "any") for it in icons} == {"any", "maskable"}
    for icon in icons:
        path = find(icon["src"].removeprefix("/static/"))
        assert path, icon
        if icon["type"] == "image/png":
            assert size(path) == icon["sizes"]


def test_every_page_names_it(db: None) -> None:
    html = Client().get("/").content.decode()
    assert '<link rel="manifest" href="/manifest.webmanifest">' in html
    [touch] = re.findall(r'<link rel="apple-touch-icon" href="/static/([^"]*)">', html)
    assert size(str(find(touch))) == "180x180"


def test_its_paper_is_the_pages(db: None) -> None:
    tokens = (project.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    assert f"--paper: {PAPER};" in tokens


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_can_only_be_read(db: None, method: str) -> None:
    assert getattr(Client(), method)("/manifest.webmanifest").status_code == 405
