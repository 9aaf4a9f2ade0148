"""Every page and style sheet, read by the W3C's Nu HTML checker."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from conftest import MakeBatch, MakeUser

from .pages import PAGES, SHOP_NAME, answer, fill_shop

CHECKER = Path(os.environ.get("HTML_CHECKER") or settings.VAR_DIR / "checkers" / "vnu.jar")


def complaints(*files: Path) -> list[tuple[str, str, str]]:
    """What the checker calls an error: the file, the error, and where it stands."""
    command = [
        "java",
        "-jar",
        str(CHECKER),
        "--errors-only",
        "--also-check-css",
        "--format",
        "json",
        *map(str, files),
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    return [
        (Path(load.get("url", "")).stem, load["message"], load.get("extract", ""))
        for load in json.loads(said)["messages"]
    ]


@pytest.fixture(autouse=True)
def checker() -> None:
    if shutil.which("java") and CHECKER.exists():
        return
    if os.environ.get("REQUIRE_HTML_CHECKER"):
        pytest.fail(f"There is no Java, or no checker at {CHECKER}.")
    pytest.skip("needs Java and the Nu HTML checker (vnu.jar), and they are not here")


def test_it_finds_what_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=en><title>x</title><p style='colour: red'><b>x")
    style = tmp_path / "style.css"
    style.write_text("p { colour: red }")
    assert {name for name, _error, _place in complaints(page, style)} == {"page", "style"}


def test_every_page_and_style_sheet_is_valid(
    make_batch: MakeBatch, make_user: MakeUser, settings: Any, tmp_path: Path, db: None
) -> None:
    settings.SHOP_NAME = SHOP_NAME
    clients = fill_shop(make_batch, make_user)
    for name, shown in PAGES.items():
        page = tmp_path / f"{name.removesuffix('.html').replace('/', ', ')}.html"
        page.write_bytes(answer(shown, clients).content)
    pages = sorted(tmp_path.iterdir())
    assert len(pages) == len(PAGES)
    sheets = sorted((settings.BASE_DIR / "static" / "css").glob("*.css"))
    assert complaints(*pages, *sheets) == []
