import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from batches.labels.print_job import MOST_LABELS
from batches.models import Batch, LabelRun, LabelSetup, Product
from batches.models.custom_stock import known_stock
from conftest import MakeBatch, words
from freshness.config.network_address import lan_address

from ..barcodes.test_qr import decode

SHEET = re.compile(r'<svg class="sheet".*?\n</svg>\n', re.S)
PLACED = re.compile(r'<svg x="([\d.]+)" y="([\d.]+)"[^>]*>.*?<use href="#label-(\w+)"/>')
LABEL = re.compile(r'<g id="label-(\w+)">.*?</svg></g>', re.S)


def page(client: Client, *batches: Batch, **query: Any) -> Any:
    chosen = [("batch", batch.pk) for batch in batches]
    return client.get(f"/admin/labels?{urlencode([*chosen, *query.items()], doseq=True)}")


def sheets(response: Any) -> list[list[tuple[float, float, str]]]:
    """Of each sheet, where each label begins (in mm) and of which batch it is."""
    found = SHEET.findall(response.content.decode())
    return [[(float(x), float(y), code) for x, y, code in PLACED.findall(it)] for it in found]


def printed(client: Client, *batches: Batch, **form: Any) -> Any:
    """What pressing the button that prints leads to."""
    data = {"batch": " ".join(batch.pk for batch in batches), "do": "print"} | form
    return client.post("/admin/labels", data, follow=True)


def test_each_chosen_batch_has_a_label_that_scans(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    first = make_batch(batch_identifier="A-1", use_by=date(2099, 1, 2))
    second = make_batch(batch_identifier="A-2")
    make_batch(batch_identifier="A-3")
    html = page(staff_client, second, first).content.decode()
    drawn = {found[1]: found[0] for found in LABEL.finditer(html)}
    assert list(drawn) == [second.pk, first.pk]
    for code, label in drawn.items():
        [path] = re.findall(r'<path fill="#fff".*?/><path.*?/>', label)
        svg = f'<svg viewBox="0 0 37 37">{path}</svg>'
        assert decode(svg) == f"http://shop.example.com/batch/{code}"
    said = words(drawn[first.pk])
    assert "Chicken Batch A-1 Arrived 22 Nov 2026 Use by 2 Jan 2099" in said
    assert said.endswith(f"{first.spelled_code()} Corner Butcher")
    assert "Use by" not in words(drawn[second.pk])


def test_what_was_typed_is_no_markup_on_a_label(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    product = Product.objects.create(name="<b>Ox & rye")
    html = page(staff_client, make_batch(product=product), stock="avery-5164").content.decode()
    [label] = LABEL.finditer(html)
    assert ">&lt;b&gt;Ox &amp; rye</text>" in label[0]


def test_a_host_header_does_not_move_the_code(
    staff_client: Client, make_batch: MakeBatch, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    batch = make_batch()
    expected = SHEET.findall(page(staff_client, batch).content.decode())
    for host in ("evil.example", "localhost:8000"):
        response = staff_client.get(f"/admin/labels?batch={batch.pk}", headers={"host": host})
        assert SHEET.findall(response.content.decode()) == expected


@pytest.mark.parametrize("query", ["", "batch=", "batch=x", "batch=%00"])
def test_without_a_batch_it_says_how_to_choose_one(staff_client: Client, query: str) -> None:
    response = staff_client.get(f"/admin/labels?{query}")
    assert response.status_code == 200
    assert "You ticked no batch. Go back and tick some" in words(response.content)


def test_a_deleted_batch_among_the_chosen_is_named(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    batch = make_batch()
    said = words(staff_client.get(f"/admin/labels?batch={batch.pk}&batch=AAAAAAAAAA").content)
    assert "1 batch you chose is not there any more, so it has no label." in said
    assert "Print 1 label" in said


class TestSheet:
    def test_labels_lie_where_the_stock_has_them(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        places = known_stock()["avery-l7160"].places()
        [sheet] = sheets(page(staff_client, batch, stock="avery-l7160", copies=21))
        assert [(x, y) for x, y, _code in sheet] == [(place.left, place.top) for place in places]

    def test_the_paper_has_the_stocks_size(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        html = page(staff_client, make_batch(), stock="avery-5160").content.decode()
        [link] = re.findall(r'href="(/admin/labels/page-.*?)"', html)
        css = staff_client.get(link)
        assert css.content == b"@page { size: 215.9mm 279.4mm; margin: 0 }"
        assert css["Content-Type"] == "text/css; charset=utf-8"
        assert 'width="215.9mm" height="279.4mm" viewBox="0 0 215.9 279.4"' in html

    @pytest.mark.parametrize(
        ("start", "copies", "counts"),
        [
            (1, 1, [1]),
            (21, 1, [1]),
            (21, 2, [1, 1]),
            (5, 17, [17]),
            (5, 18, [17, 1]),
            (1, 43, [21, 21, 1]),
        ],
    )
    def test_a_part_used_sheet_is_filled_from_its_first_free_place(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        start: int,
        copies: int,
        counts: list[int],
    ) -> None:
        batch = make_batch()
        first = known_stock()["avery-l7160"].places()[start - 1]
        found = sheets(page(staff_client, batch, stock="avery-l7160", start=start, copies=copies))
        assert [len(sheet) for sheet in found] == counts
        assert found[0][0] == (first.left, first.top, batch.pk)

    def test_each_batch_may_have_its_own_number_of_copies(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        one, two, three = make_batch(), make_batch(), make_batch()
        own = {f"copies_{two.pk}": "3", f"copies_{three.pk}": "0"}
        [sheet] = sheets(page(staff_client, one, two, three, copies=2, **own))
        assert [code for _x, _y, code in sheet] == [one.pk] * 2 + [two.pk] * 3

    def test_a_nudge_moves_every_label(self, staff_client: Client, make_batch: MakeBatch) -> None:
        batch = make_batch()
        query = {"stock": "avery-l7160", "copies": 3}
        [plain] = sheets(page(staff_client, batch, **query))
        [nudged] = sheets(page(staff_client, batch, nudge_x="0.3", nudge_y="-0.1", **query))
        assert nudged == [(round(x + 0.3, 3), round(y - 0.1, 3), code) for x, y, code in plain]

    def test_the_places_can_be_pressed(self, staff_client: Client, make_batch: MakeBatch) -> None:
        batch = make_batch()
        html = page(staff_client, batch, stock="avery-l7160", start=5, copies=2).content.decode()
        pressed = re.findall(r'name="start" value="(\d+)" class="place([^"]*)"', html)
        assert [number for number, _state in pressed] == [str(number) for number in range(1, 22)]
        assert [number for number, state in pressed if "used" in state] == ["1", "2", "3", "4"]
        assert [number for number, state in pressed if "taken" in state] == ["5", "6"]
        form = {"batch": batch.pk, "shown": "avery-l7160", "stock": "avery-l7160", "copies": "2"}
        response = staff_client.post("/admin/labels", form | {"start": ["5", "9"]}, follow=True)
        assert response.context["job"].start == 9

    @pytest.mark.parametrize("field", ["product", "batch_identifier", "arrival_date", "shop"])
    def test_it_says_what_was_chosen(
        self, staff_client: Client, make_batch: MakeBatch, field: str
    ) -> None:
        batch = make_batch(batch_identifier="A-1")
        says = {
            "product": "Chicken",
            "batch_identifier": "Batch A-1",
            "arrival_date": "Arrived 22 Nov 2026",
            "shop": "Corner Butcher",
        }
        [label] = LABEL.finditer(page(staff_client, batch, field=field).content.decode())
        assert [text in words(label[0]) for text in says.values()] == [say == field for say in says]
        assert batch.spelled_code() in words(label[0])


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "words_said"),
        [
            ({"stock": "none"}, "There is no such label stock any more. Choose another."),
            ({"stock": ""}, "Choose the label stock."),
            ({"copies": "0"}, "Copies of each label: Write a whole number from 1 to 2000."),
            ({"copies": "x"}, "Copies of each label: Write a whole number from 1 to 2000."),
            (
                {"copies": MOST_LABELS + 1},
                "Copies of each label: Write a whole number from 1 to 2000.",
            ),
            ({"start": "13"}, "This sheet has 12 places. Choose one of them."),
            ({"start": "0"}, "First free place: Write the number of a place; the first one is 1."),
            ({"nudge_x": "11"}, "To the right, in mm: Write a number from -10 to 10"),
            ({"nudge_y": "nan"}, "Down, in mm: Write a number from -10 to 10"),
            ({"nudge_y": "0.05"}, "Down, in mm: Write a number from -10 to 10, to one tenth"),
            ({"dots_per_inch": "72"}, "Select a valid choice."),
            ({"field": "secret"}, "Select a valid choice."),
        ],
    )
    def test_what_cannot_be_printed_so_is_said_with_its_reason(
        self, staff_client: Client, make_batch: MakeBatch, query: dict[str, Any], words_said: str
    ) -> None:
        response = page(staff_client, make_batch(), **query)
        assert response.status_code == 422
        assert words_said in words(response.content)
        assert sheets(response) == []

    def test_more_labels_than_one_job_prints_are_refused(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batches = [make_batch() for _ in range(3)]
        response = page(staff_client, *batches, copies=1000)
        assert response.status_code == 422
        assert "One job prints up to 2000 labels, and these would be more." in words(
            response.content
        )
        none = {f"copies_{batch.pk}": 0 for batch in batches}
        assert "With no copies at all there is nothing to print." in words(
            page(staff_client, *batches, **none).content
        )

    def test_a_stock_too_small_for_a_code_is_refused_and_another_offered(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        response = page(staff_client, batch, stock="avery-5167")
        assert "a code that phones can read takes 14.8 × 14.8 mm" in words(response.content)
        assert "Use Online Labels OL5125, 50.8 × 25.4 mm" in words(response.content)
        assert sheets(response) == []
        refused = printed(staff_client, batch, stock="avery-5167")
        assert refused.status_code == 422
        assert not LabelRun.objects.exists()

    def test_the_stock_that_is_offered_instead_is_taken_by_its_button(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        form = {"batch": batch.pk, "shown": "avery-5167", "stock": "avery-5167", "copies": 4}
        button = {"use": "onlinelabels-ol5125"}
        response = staff_client.post("/admin/labels", form | button, follow=True)
        assert response.context["stock"].key == "onlinelabels-ol5125"
        assert [len(sheet) for sheet in sheets(response)] == [4]

    def test_on_a_roll_the_printers_dots_decide_what_is_too_small(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        fine = page(staff_client, batch, stock="brother-dk-11221", dots_per_inch=300)
        assert len(sheets(fine)) == 1
        coarse = page(staff_client, batch, stock="brother-dk-11221", dots_per_inch=203)
        assert "a code that phones can read takes 18.5 × 18.5 mm" in words(coarse.content)

    def test_a_label_without_room_to_warn_is_not_printed_for_what_is_not_for_sale(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        fresh, old = make_batch(), make_batch(9)
        query = {"stock": "brother-dk-11221", "dots_per_inch": 300}
        assert len(sheets(page(staff_client, fresh, **query))) == 1
        response = page(staff_client, fresh, old, **query)
        assert "a label of Brother DK-11221 has no room to say so" in words(response.content)
        assert sheets(response) == []

    def test_a_small_code_is_printed_with_a_warning(
        self, staff_client: Client, make_batch: MakeBatch, settings: Any
    ) -> None:
        batch = make_batch()
        assert "the code is small" not in words(page(staff_client, batch).content)
        response = page(staff_client, batch, stock="dymo-30332")
        assert "the code is small" in words(response.content)
        assert "A label of this stock has no room for: Arrival date, Shop name." in words(
            response.content
        )
        assert len(sheets(response)) == 1

    def test_uncertain_measures_ask_for_a_test_page(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        asked = "Print a test page first, and hold it against the sheet."
        assert asked in words(page(staff_client, batch, stock="avery-22806").content)
        assert asked not in words(page(staff_client, batch, stock="avery-l7160").content)

    @pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000"])
    def test_an_address_no_phone_can_open_is_not_printed(
        self, staff_client: Client, make_batch: MakeBatch, settings: Any, url: str
    ) -> None:
        settings.PUBLIC_URL = url
        batch = make_batch()
        for response in (page(staff_client, batch), printed(staff_client, batch)):
            assert f"No phone can open {url}." in words(response.content)
            assert sheets(response) == []
            assert b'value="print"' not in response.content
        assert not LabelRun.objects.exists()

    def test_a_private_address_is_printed_with_a_warning(
        self, staff_client: Client, make_batch: MakeBatch, settings: Any
    ) -> None:
        settings.PUBLIC_URL = "http://192.168.1.20:8000"
        response = page(staff_client, make_batch())
        assert "only until this computer gets another address" in words(response.content)
        assert len(sheets(response)) == 1

    def test_an_address_that_changed_since_the_start_is_not_printed(
        self, staff_client: Client, make_batch: MakeBatch, settings: Any
    ) -> None:
        settings.LAN_MODE = True
        settings.PUBLIC_URL = "http://192.168.250.250:8000"
        assert lan_address() != "192.168.250.250"
        response = page(staff_client, make_batch())
        assert "Start Freshness Tracker again" in words(response.content)
        assert sheets(response) == []

    @pytest.mark.parametrize(
        ("days", "fields"),
        [
            (9, {}),
            (0, {"removed_on": date(2026, 11, 22)}),
            (0, {"recalled_at": datetime(2026, 11, 22, tzinfo=UTC), "recall_reason": "Glass"}),
        ],
    )
    def test_a_label_of_what_is_not_for_sale_is_printed_with_a_warning(
        self, staff_client: Client, make_batch: MakeBatch, days: int, fields: dict[str, Any]
    ) -> None:
        batch = make_batch(days, batch_identifier="A-9", **fields)
        said = words(page(staff_client, batch, make_batch()).content)
        assert "No longer on sale, and marked so on the label: Chicken A-9" in said
        assert said.count("Not for sale Chicken Batch A-9") == said.count("Not for sale") == 1

    def test_a_public_address_is_printed_without_a_word(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        main, _end, _scripts = page(staff_client, make_batch()).content.partition(b"</main>")
        assert b'class="notice' not in main

    def test_a_batch_that_was_deleted_since_the_preview_is_told_before_the_rest_is_printed(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch, gone = make_batch(), make_batch()
        Batch.objects.filter(pk=gone.pk).delete()
        response = printed(staff_client, batch, gone)
        assert response.status_code == 422
        assert "1 batch you chose is not there any more" in words(response.content)
        assert not LabelRun.objects.exists()
        assert f'name="batch" value="{batch.pk} "' in response.content.decode()

    def test_the_stock_that_is_offered_instead_has_room_to_warn(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        query = {"stock": "brother-dk-11221", "dots_per_inch": 300}
        response = page(staff_client, make_batch(9), **query)
        nearest = response.context["nearest"]
        assert len(sheets(page(staff_client, make_batch(9), stock=nearest.key))) == 1


class TestMemory:
    FORM = {"stock": "avery-l7160", "nudge_x": "0.4", "nudge_y": "-0.2", "field": ["product"]}

    def test_stock_nudge_and_fields_are_remembered(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        staff_client.post("/admin/labels", self.FORM | {"batch": batch.pk, "shown": "avery-l7160"})
        form = page(staff_client, batch).context["form"]
        shown = {name: form[name].value() for name in ("stock", "nudge_x", "nudge_y", "field")}
        assert shown == self.FORM

    def test_each_stock_has_a_nudge_of_its_own(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        sent = {"batch": batch.pk, "shown": "avery-l7160"}
        staff_client.post("/admin/labels", self.FORM | sent)
        # Another stock is chosen; the form still shows the nudge of the first.
        staff_client.post("/admin/labels", self.FORM | sent | {"stock": "dymo-30334"})
        assert LabelSetup.objects.get(stock="dymo-30334").nudge_x == 0
        assert page(staff_client, batch).context["form"]["stock"].value() == "dymo-30334"
        again = page(staff_client, batch, stock="avery-l7160").context["form"]
        assert again["nudge_x"].value() == "0.4"

    def test_another_stock_begins_at_its_first_place_and_says_the_same(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        sent = {"batch": batch.pk, "shown": "avery-l7651", "start": 60, "copies": 2}
        for stock in ("plain-a4", "dymo-30334"):
            form = self.FORM | sent | {"stock": stock}
            response = staff_client.post("/admin/labels", form, follow=True)
            assert response.status_code == 200
            job, shown = response.context["job"], response.context["form"]
            assert (job.stock.key, job.start, job.total) == (stock, 1, 2)
            assert shown["field"].value() == ["product"]

    def test_nothing_is_printed_on_stock_that_has_not_been_looked_at(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        response = printed(staff_client, make_batch(), shown="plain-a4", stock="avery-l7160")
        assert "You chose another stock. Look at its labels, then print." in words(response.content)
        assert not LabelRun.objects.exists()

    def test_somebody_else_begins_with_plain_paper(
        self, staff_client: Client, administrator_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        staff_client.post("/admin/labels", self.FORM | {"batch": batch.pk, "shown": "avery-l7160"})
        form = page(administrator_client, batch).context["form"]
        assert (form["stock"].value(), form["nudge_x"].value()) == ("plain-a4", "0")

    def test_looking_changes_nothing(self, staff_client: Client, make_batch: MakeBatch) -> None:
        page(staff_client, make_batch(), stock="avery-l7160", nudge_x="1", do="print")
        assert not LabelSetup.objects.exists()
        assert not LabelRun.objects.exists()

    def test_stock_that_is_there_no_more_is_forgotten(
        self, staff_client: Client, staff: User, make_batch: MakeBatch
    ) -> None:
        LabelSetup(account=staff, stock="own-77").remember()
        assert page(staff_client, make_batch()).context["form"]["stock"].value() == "plain-a4"


class TestManyBatches:
    def test_all_that_the_filters_let_through_can_be_chosen_at_once(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        fresh = [make_batch(), make_batch()]
        make_batch(9)
        [sheet] = sheets(staff_client.get("/admin/labels?all=1&status=fresh"))
        assert {code for _x, _y, code in sheet} == {batch.pk for batch in fresh}

    def test_on_the_way_to_stock_and_back_the_chosen_batches_and_copies_are_kept(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        batch = make_batch()
        make_batch(9)
        form = {"batch": batch.pk, "copies": 9}
        for do, path in (
            ("measure", "/admin/labels/stock/new"),
            ("test", "/admin/labels/test-page"),
        ):
            away = staff_client.post("/admin/labels", form | {"do": do})["Location"]
            assert away.startswith(path)
            html = staff_client.get(away).content.decode()
            assert f'href="/admin/labels?batch={batch.pk}&amp;copies=9' in html

    def test_more_batches_than_one_job_prints_are_refused(
        self, staff_client: Client, make_batch: MakeBatch
    ) -> None:
        codes = " ".join(f"{number:010}" for number in range(MOST_LABELS + 500))
        response = staff_client.post("/admin/labels", {"batch": f"{make_batch().pk} {codes}"})
        assert "2500 batches you chose are not there any more" in words(response.content)

    def test_a_thousand_batches_are_one_job(
        self, staff_client: Client, chicken: Product, make_batch: MakeBatch
    ) -> None:
        model = make_batch()
        Batch.objects.bulk_create(
            Batch(
                product=chicken,
                batch_identifier=f"B-{number}",
                **{
                    name: getattr(model, name)
                    for name in (
                        *("butcher_date", "arrival_date", "created_by", "saved_on", "fresh_days"),
                        *("caution_days", "caution_from", "expired_from"),
                    )
                },
            )
            for number in range(999)
        )
        response = staff_client.get("/admin/labels?all=1")
        [codes] = re.findall(r'name="batch" value="([^"]*)"', response.content.decode())
        assert len(codes.split()) == 1000
        form = {"batch": codes, "stock": "avery-l7160", "do": "print"}
        done = staff_client.post("/admin/labels", form, follow=True)
        found = sheets(done)
        assert len(found) == 48
        assert {code for sheet in found for _x, _y, code in sheet} == set(codes.split())

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_asks_the_database_equally_often_for_1_label_and_3(
        self,
        staff_client: Client,
        make_batch: MakeBatch,
        django_assert_num_queries: DjangoAssertNumQueries,
        count: int,
    ) -> None:
        batches = [make_batch() for _ in range(count)]
        with django_assert_num_queries(6):  # session, account, batches, day, own stock, last setup
            page(staff_client, *batches)


def test_it_is_for_staff_only(client: Client, waiting: User, make_batch: MakeBatch) -> None:
    batch = make_batch()
    paths = (
        *(f"/admin/labels?batch={batch.pk}", "/admin/labels/test-page", "/admin/labels/1"),
        *("/admin/labels/1.zpl", "/admin/labels/stock/new", "/admin/labels/page-210x297.css"),
    )
    for path in paths:
        assert client.get(path)["Location"].startswith("/login?next=/admin/labels")
    client.force_login(waiting)
    for path in paths:
        assert client.get(path)["Location"] == "/waiting"
    for path in (
        *("/admin/labels", "/admin/labels/1/undo", "/admin/labels/1.zpl"),
        *("/admin/labels/stock/new", "/admin/labels/stock/1", "/admin/labels/stock/1/delete"),
        f"/admin/batches/{batch.pk}/labels-gone",
    ):
        assert client.post(path, {"batch": batch.pk, "do": "print"})["Location"] == "/waiting"
    assert not LabelRun.objects.exists()


@pytest.mark.parametrize("size", ["210x", "x", "210x297;}body{}", "-1x2", "1e9x2", "99999x1"])
def test_a_page_size_holds_nothing_but_numbers(staff_client: Client, size: str) -> None:
    assert staff_client.get(f"/admin/labels/page-{size}.css").status_code == 404


def test_from_right_to_left_only_the_page_turns_round(
    staff_client: Client, make_batch: MakeBatch, settings: Any
) -> None:
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    settings.LANGUAGE_CODE = "ar"
    html = page(staff_client, make_batch(), stock="avery-l7160").content.decode()
    assert '<html lang="ar" dir="rtl">' in html
    assert '<table class="places" dir="ltr"' in html
    rows = re.findall(r'<text class="label-(\w+)".*?direction="(\w+)"', html)
    assert set(rows) == {
        (field, "ltr") for field in ("product", "batch_identifier", "code", "shop", "arrival_date")
    }


def test_where_a_comma_divides_numbers_the_drawing_keeps_its_points(
    staff_client: Client, make_batch: MakeBatch, settings: Any
) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    settings.LANGUAGE_CODE = "de"
    response = page(staff_client, make_batch(), stock="avery-5160")
    html = response.content.decode()
    assert "25,4 mm" in words(html)
    assert re.findall(r'(?:x|y|width|height|viewBox|transform)="[^"]*\d,\d', html) == []
    assert sheets(response)[0][0][:2] == (4.762, 12.7)
