"""English, Spanish and Turkish: whole, right, and chosen by whoever reads."""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import polib
import pytest
from django.apps import apps
from django.conf import settings as project
from django.test import Client
from django.utils.translation import override

from accounts.emails import send
from accounts.models import User
from batches.labels.wording import lines_of
from batches.models import Batch, Product
from batches.templatetags.days import in_words
from conftest import PASSWORD, MakeBatch, MakeUser, mailbox, words

from .pages import NAME, PAGES, WORD, answer, fill_shop

LOCALE = Path(project.LOCALE_PATHS[0])
TRANSLATED = [code for code, _name in project.LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?\w+|\bhttps?:\S+|\b[A-Z]+_[A-Z_]+\b")


def catalogue(language: str, ending: str = "po") -> Any:
    read = polib.pofile if ending == "po" else polib.mofile
    return read(str(LOCALE / language / "LC_MESSAGES" / f"django.{ending}"))


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def said(catalogue: Any) -> dict[tuple[str | None, str], list[str]]:
    return {(it.msgctxt, it.msgid): texts(it) for it in catalogue if not it.obsolete}


class TestCatalogues:
    @pytest.mark.parametrize("language", TRANSLATED)
    def test_nothing_is_left_untranslated(self, language: str) -> None:
        entries = catalogue(language)
        assert [it.msgid for it in entries if it.fuzzy or it.obsolete] == []
        assert [it.msgid for it in entries if not all(texts(it))] == []

    @pytest.mark.parametrize("language", TRANSLATED)
    def test_what_is_filled_in_is_the_same(self, language: str) -> None:
        for entry in catalogue(language):
            wanted = [sorted(PLACEHOLDER.findall(it)) for it in (entry.msgid, entry.msgid_plural)]
            for text in texts(entry):
                # The number may be left out where it is one.
                assert sorted(PLACEHOLDER.findall(text)) in wanted, (entry.msgid, text)
                assert text.startswith("\n") == entry.msgid.startswith("\n")
                assert text.endswith("\n") == entry.msgid.endswith("\n")

    @pytest.mark.parametrize("language", TRANSLATED)
    def test_what_is_compiled_is_what_is_written(self, language: str) -> None:
        assert said(catalogue(language, "mo")) == said(catalogue(language))

    def test_the_languages_say_the_same_things(self) -> None:
        assert said(catalogue("es")).keys() == said(catalogue("tr")).keys()

    def test_every_string_of_the_program_is_in_them(self, tmp_path: Path) -> None:
        if not shutil.which("xgettext"):
            if os.environ.get("REQUIRE_GETTEXT"):
                pytest.fail("There is no xgettext here, and REQUIRE_GETTEXT asks for it.")
            pytest.skip("needs gettext's xgettext, and it is not here")
        ignored = shutil.ignore_patterns(".*", "var", "node_modules")
        shutil.copytree(project.BASE_DIR, tmp_path / "copy", ignore=ignored)
        command = [sys.executable, "manage.py", "makemessages", "--locale", "tr", "--no-obsolete"]
        subprocess.run(command, cwd=tmp_path / "copy", check=True, capture_output=True)
        new = tmp_path / "copy" / "freshness" / "locale" / "tr" / "LC_MESSAGES" / "django.po"
        assert said(polib.pofile(str(new))).keys() == said(catalogue("tr")).keys()


class Reader(HTMLParser):
    """What a person reads or hears of a page."""

    HEARD = {"aria-label", "title", "alt", "placeholder", "data-changed", "content"}

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        named = dict(attributes)
        if named.get("name") not in ("viewport", "robots", "color-scheme"):
            self.read += [it or "" for name, it in attributes if name in self.HEARD]

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] not in ("style", "script", "code"):
            self.read.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.inside.append("")


# What the shop typed, dates, what makers call their own, codes, and what Django says itself.
NOT_OURS = re.compile(
    rf"Corner Butcher|Freshness Tracker|Ayşe Yılmaz|Own <&>|{WORD}|(Schweine|fleisch)\w+|"
    r"\b(Chicken|Beef|Pork|Seafood|W{20}|L{40}|FRESH|m{2,22})\b|<?Ox & tail>?|(Keep it\. ?)+|"
    r"\b(Theirs|Mine|nobody)\b|\b(csv|supplier)\b|"
    r"Keep at 4 °C or colder\. Cook it through\.|"
    r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(Sun|Mon|Tue|Wed|Thu|Fri|Sat)\b|"
    r"\b(January|February|October|November|December|Oct|Nov|Dec)\b|"
    r"\b(Avery( Zweckform)?|Herma|Brother|Dymo|Endisch|Online Labels|Rayfilm|Letter)\b|"
    r"\b(English|Español|Türkçe|SL\d+ \(SheetLabels\)|abcd efgh)\b|\S+@\S+|https?://\S+|"
    r"\b[A-Z]*-?\d[\w.-]*( \(\w+\))?|\b([A-Z]{10}|[A-Z2-7]{4})\b|"
    r"New password|This password .*"
)


def test_every_word_of_every_page_goes_through_the_catalogue(
    make_batch: MakeBatch, make_user: MakeUser, settings: Any, tmp_path: Path, db: None
) -> None:
    """English is translated into itself, in brackets: what stands outside of them did not."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    marked = polib.POFile()
    marked.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Plural-Forms": ("nplurals=2; plural=(n != 1);"),
    }
    for it in catalogue("tr"):
        both = {0: f"⟦{it.msgid}⟧", 1: f"⟦{it.msgid_plural}⟧"} if it.msgid_plural else {}
        text = "" if both else f"⟦{it.msgid}⟧"
        marked.append(
            polib.POEntry(
                msgid=it.msgid,
                msgctxt=it.msgctxt,
                msgid_plural=it.msgid_plural,
                msgstr=text,
                msgstr_plural=both,
            )
        )
    marked.save_as_mofile(str(folder / "django.mo"))
    settings.LOCALE_PATHS = [str(tmp_path)]
    clients = fill_shop(make_batch, make_user)
    left_out: dict[str, list[str]] = {}
    for name, shown in PAGES.items():
        reader = Reader()
        reader.feed(answer(shown, clients).content.decode())
        text = "\n".join(reader.read)
        while "⟦" in text and (inner := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
            text = inner
        found = re.findall(r"[^\W\d_]{2,}[^\n]*", NOT_OURS.sub(" ", text))
        # On a label, the long name stands in pieces.
        if unmarked := [it for it in found if it.strip() not in NAME]:
            left_out[name] = unmarked
    assert left_out == {}


class TestWhoeverReads:
    def test_a_customer_reads_the_language_of_the_phone(self, make_batch: MakeBatch) -> None:
        path = f"/batch/{make_batch(1, use_by=date(2026, 12, 1)).pk}"
        spanish = Client().get(path, headers={"accept-language": "es-MX,es;q=0.9,en;q=0.8"})
        turkish = Client().get(path, headers={"accept-language": "de, tr;q=0.5, en;q=0.4"})
        assert '<html lang="es" dir="ltr">' in spanish.content.decode()
        assert "Se considera fresco hasta mañana, lunes 23 de noviembre." in words(spanish.content)
        assert "1 día en el mostrador" in words(spanish.content)
        assert "Caducidad 1 de diciembre de 2026" in words(spanish.content)
        assert '<html lang="tr" dir="ltr">' in turkish.content.decode()
        assert "Taze sayıldığı son gün: yarın, 23 Kasım Pazartesi." in words(turkish.content)
        for response in (spanish, turkish):
            assert response["Vary"] == "Accept-Encoding, Accept-Language"
        assert (spanish["Content-Language"], turkish["Content-Language"]) == ("es", "tr")
        assert spanish["ETag"] != turkish["ETag"]

    def test_no_cookie_chooses_for_those_who_share_a_cache(self, make_batch: MakeBatch) -> None:
        headers = {"cookie": "django_language=tr", "accept-language": "es"}
        response = Client().get(f"/batch/{make_batch().pk}", headers=headers)
        assert response["Content-Language"] == "es"

    def test_whoever_asks_for_none_of_them_reads_the_shops(
        self, make_batch: MakeBatch, settings: Any
    ) -> None:
        settings.LANGUAGE_CODE = "tr"
        path = f"/batch/{make_batch().pk}"
        for header in ("de", "", "x" * 600, "*", "tr-u-;q=a"):
            response = Client().get(path, headers={"accept-language": header})
            assert response["Content-Language"] == "tr"

    @pytest.mark.parametrize(
        "refused", [{"CONTENT_LENGTH": f"{10**8}"}, {"HTTP_HOST": "evil.example"}]
    )
    def test_nobody_is_refused_in_the_language_of_who_came_before(
        self, db: None, refused: dict[str, Any]
    ) -> None:
        Client().get("/", headers={"accept-language": "tr"})
        response = Client().get("/", headers={"accept-language": "es"}, **refused)
        assert response.status_code in {400, 413}
        assert '<html lang="es"' in response.content.decode()

    def test_what_the_shop_wrote_is_marked_as_its_own_language(
        self, make_batch: MakeBatch, settings: Any
    ) -> None:
        settings.LANGUAGE_CODE = "tr"
        response = Client().get(f"/batch/{make_batch().pk}", headers={"accept-language": "es"})
        html = response.content.decode()
        assert '<bdi lang="tr">Keep at 4 °C or colder. Cook it through.</bdi>' in html

    def test_a_language_written_from_the_right_turns_the_page(
        self, make_batch: MakeBatch, right_to_left: None
    ) -> None:
        for path in ("/", f"/batch/{make_batch().pk}"):
            html = Client().get(path, headers={"accept-language": "ar"}).content.decode()
            assert '<html lang="ar" dir="rtl">' in html


class TestAccounts:
    def test_an_account_speaks_the_language_it_was_made_in(self, db: None, settings: Any) -> None:
        settings.REGISTRATION = "open"
        data = {"full_name": "Ana", "email": "ana@example.com"}
        data |= {"password1": PASSWORD, "password2": PASSWORD}
        client = Client()
        client.post("/register", data, headers={"accept-language": "es"})
        assert User.objects.get().language == "es"
        html = client.get("/admin/batches", headers={"accept-language": "en"}).content.decode()
        assert '<html lang="es" dir="ltr">' in html
        assert "Lotes" in html

    @pytest.mark.parametrize(
        ("language", "heading"), [("tr", "Partiler"), ("es", "Lotes"), ("", "Batches")]
    )
    def test_it_may_choose_another(
        self, staff_client: Client, staff: User, language: str, heading: str
    ) -> None:
        data = {"do": "name", "full_name": staff.full_name, "language": language}
        assert staff_client.post("/profile", data).status_code == 302
        assert f"<h1>{heading}</h1>" in staff_client.get("/admin/batches").content.decode()

    def test_as_my_browser_says_holds_at_once(self, staff_client: Client, staff: User) -> None:
        User.objects.update(language="tr")
        data = {"do": "name", "full_name": staff.full_name, "language": ""}
        page = staff_client.post("/profile", data, headers={"accept-language": "es"}, follow=True)
        assert "Nombre e idioma guardados." in words(page.content)

    @pytest.mark.parametrize("path", ["/", "/nothing", "/batch/nothing", "/logout", "/profile"])
    def test_every_page_but_a_report_speaks_it(self, staff_client: Client, path: str) -> None:
        User.objects.update(language="tr")
        html = staff_client.get(path, headers={"accept-language": "es"}).content.decode()
        expected = "es" if path.startswith("/batch/") else "tr"
        assert f'<html lang="{expected}" dir="ltr">' in html

    def test_there_are_only_three(self, staff_client: Client, staff: User) -> None:
        data = {"do": "name", "full_name": staff.full_name, "language": "xx"}
        assert staff_client.post("/profile", data).status_code == 422

    def test_an_e_mail_is_in_the_language_of_whom_it_is_for(
        self, make_user: MakeUser, settings: Any
    ) -> None:
        settings.LANGUAGE_CODE = "tr"
        with override("en"):
            send(make_user("a@example.com", language="es"), "new_password")
            send(make_user("b@example.com"), "new_password")
        spanish, turkish = mailbox()
        assert spanish.subject == "Se cambió tu contraseña de Corner Butcher"
        assert "Corner Butcher" in turkish.subject
        assert "parola" in turkish.body.lower()

    def test_the_admin_speaks_it_too(self, administrator_client: Client) -> None:
        User.objects.update(language="tr")
        html = administrator_client.get("/django-admin/batches/batch/").content.decode()
        assert "partiler" in html.lower()


class TestWords:
    @pytest.mark.parametrize("language", dict(project.LANGUAGES))
    def test_each_language_has_formats_of_its_own(self, language: str) -> None:
        formats = import_module(f"freshness.formats.{language}.formats")
        english = import_module("freshness.formats.en.formats")
        assert {name for name in vars(formats) if name.isupper()} == {
            name for name in vars(english) if name.isupper()
        }

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("en", ["Sunday 1 March", "today, Tuesday 3 March", "Friday 1 January 2027"]),
            ("es", ["el domingo 1 de marzo", "hoy, martes 3 de marzo"]),
            ("tr", ["1 Mart Pazar", "bugün, 3 Mart Salı", "1 Ocak 2027 Cuma"]),
        ],
    )
    def test_days(self, language: str, said: list[str]) -> None:
        days = [date(2026, 3, 1), date(2026, 3, 3), date(2027, 1, 1)]
        with override(language):
            assert [in_words(day, date(2026, 3, 3)) for day in days][: len(said)] == said

    @pytest.mark.parametrize(
        ("language", "one", "two"),
        [
            ("en", "1 label of this batch is out.", "2 labels of this batch are out."),
            ("es", "Hay 1 etiqueta de este lote", "Hay 2 etiquetas de este lote"),
        ],
    )
    def test_one_and_two(
        self, staff_client: Client, make_batch: MakeBatch, language: str, one: str, two: str
    ) -> None:
        User.objects.update(language=language)
        batch = make_batch()
        for copies, expected in ((1, one), (2, two)):
            batch.printed_labels.all().delete()
            staff_client.post(
                "/admin/labels",
                {"batch": batch.pk, "stock": "plain-a4", "copies": copies, "do": "print"}
                | {"nudge_x": 0, "nudge_y": 0, "start": 1, "dots_per_inch": 203},
            )
            page = staff_client.get(f"/admin/batches/{batch.pk}/edit")
            assert expected in words(page.content)

    def test_labels_are_in_the_shops_language_whoever_prints_them(
        self, make_batch: MakeBatch, settings: Any
    ) -> None:
        settings.LANGUAGE_CODE = "es"
        batch = make_batch(6)
        with override("tr"):
            said = [line.text for line in lines_of(batch, ["arrival_date"], "Shop")]
        assert said[:2] == ["No está a la venta", "Llegada: 16 nov 2026"]

    def test_a_warning_on_labels_is_right_in_whatever_language_it_was_printed(
        self, staff_client: Client, make_batch: MakeBatch, settings: Any
    ) -> None:
        batch = make_batch(9)
        data = {"batch": batch.pk, "stock": "plain-a4", "copies": 1, "do": "print"}
        data |= {"nudge_x": 0, "nudge_y": 0, "start": 1, "dots_per_inch": 203}
        staff_client.post("/admin/labels", data)
        settings.LANGUAGE_CODE = "es"
        assert batch.printed_labels.count() == 1
        assert batch.wrong_labels() == []

    def test_a_new_shop_begins_with_products_in_its_own_language(
        self, db: None, settings: Any
    ) -> None:
        settings.LANGUAGE_CODE = "es"
        Product.objects.all().delete()
        import_module("batches.migrations.0002_first_products").add_products(apps, None)
        assert Product.objects.get(emoji="🍗").name == "Pollo"
        assert not Batch.objects.exists()
