"""Names are the same in Turkish capitals, in every shop's language."""

import unicodedata
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from batches.models import Batch, Import, Product
from batches.models.case_folding import folded, looked_for
from conftest import MakeBatch, words

from .test_import import confirm, counts, preview

NAMES = {
    "Kıyma": ["KIYMA", "kıyma", "kiyma", "KİYMA", " Kıyma "],
    "Piliç": ["PİLİÇ", "piliç", "PILIÇ", unicodedata.normalize("NFD", "PİLİÇ"), "Pilic\u0327"],
    "Sığır Eti": [
        "SIĞIR ETİ",
        "sığır eti",
        "SIĞIR  ETI",
        unicodedata.normalize("NFD", "SIĞIR ETİ"),
    ],
    "Ciğer": ["CİĞER", "ciğer", "CIĞER"],
    "Kuzu Pirzola": ["KUZU PİRZOLA", "kuzu pirzola", "KUZU PIRZOLA"],
    "Şiş": ["ŞİŞ", "şiş", "s\u0327is\u0327"],
    "IŞIL": ["ışıl", "IŞIL", "işil"],
    "Fish": ["FISH", "FİSH", "fısh"],
}
PAIRS = [(name, other) for name, others in NAMES.items() for other in others]


@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_one_name_is_one_however_it_is_capitalised(name: str, other: str) -> None:
    assert folded(name) == folded(other)
    assert looked_for(name) == looked_for(other)


@pytest.mark.parametrize(
    ("name", "other"), [("Kıyma", "Kayma"), ("Sis", "Şiş"), ("Gol", "Göl"), ("Cam", "Çam")]
)
def test_other_letters_stay_other_letters(name: str, other: str) -> None:
    assert folded(name) != folded(other)


@given(st.text(max_size=40))
def test_what_is_folded_stays_so(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(alphabet="abcçdefgğhıijklmnoöprsştuüvyzIİŞĞÜÖÇ 1-", max_size=30))
def test_capitals_and_decomposed_letters_never_matter(text: str) -> None:
    for other in (text.upper(), text.lower(), unicodedata.normalize("NFD", text)):
        assert folded(other) == folded(text)


@pytest.mark.parametrize("language", ["en", "es", "tr"])
@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_a_product_has_its_name_alone(
    db: None, settings: Any, language: str, name: str, other: str
) -> None:
    settings.LANGUAGE_CODE = language
    with override(language):
        Product.objects.create(name=name)
        with pytest.raises(ValidationError) as refused:
            Product(name=other).full_clean()
        assert refused.value.error_dict["name"][0].code == "unique"


def test_the_admin_refuses_it_in_words(administrator_client: Client) -> None:
    Product.objects.create(name="Kıyma")
    sent = {"name": "KIYMA", "fresh_days": "1", "caution_days": "2", "active": "on"}
    page = administrator_client.post("/django-admin/batches/product/add/", sent)
    assert "There is already a product with this name" in words(page.content)
    assert Product.objects.filter(name="KIYMA").count() == 0


def test_an_import_of_products_makes_no_twins(administrator_client: Client) -> None:
    for name in ("Kıyma", "Piliç"):
        Product.objects.create(name=name, fresh_days=2, caution_days=4)
    text = "name,fresh_days,caution_days,active\nKIYMA,2,4,EVET\nPİLİÇ,2,4,HAYIR\nciğer,1,2,DOĞRU\n"
    preview(administrator_client, f"{text}CİĞER,1,2,YANLIŞ\n", kind="products")
    assert counts() == (1, 1, 1, 1)
    preview(administrator_client, text, kind="products")
    confirm(administrator_client)
    assert set(Product.objects.filter(fresh_days=2).values_list("name", "active")) >= {
        ("Kıyma", True),
        ("Piliç", False),
    }


def test_batches_find_their_products(staff_client: Client) -> None:
    rows: list[str] = []
    for name, others in NAMES.items():
        Product.objects.create(name=name)
        for other in others:
            rows.append(f"{other},T{len(rows)},2026-11-20,2026-11-21")
    header = "product,batch_identifier,butcher_date,arrival_date"
    preview(staff_client, "\n".join([header, *rows]))
    assert counts() == (len(rows), 0, 0, 0)


migration = import_module("batches.migrations.0023_import_questions")


@pytest.fixture
def twins(db: None) -> list[Product]:
    """Kıyma, KIYMA and PİLİÇ with names as they were folded before."""
    products = [Product.objects.create(name=name) for name in ("Kıyma", "Köfte", "PİLİÇ")]
    Product.objects.filter(name="Kıyma").update(name_folded="kıyma")
    Product.objects.filter(name="PİLİÇ").update(name_folded="pi̇li̇ç")
    Product.objects.filter(name="Köfte").update(name="KIYMA", name_folded="kiyma")
    migration.fold_again(apps, connection.schema_editor())
    return list(Product.objects.filter(pk__in=[it.pk for it in products]).order_by("pk"))


def test_two_products_that_become_one_name_both_stay(twins: list[Product]) -> None:
    lower, upper, chicken = twins
    assert (lower.name, upper.name) == ("Kıyma", "KIYMA")
    assert upper.name_folded == "kiyma"
    assert lower.name_folded != "kiyma"
    assert chicken.name_folded == "piliç"


def test_twins_can_be_changed_and_renamed(twins: list[Product], make_batch: MakeBatch) -> None:
    for product in twins:
        product.fresh_days = 1
        product.full_clean()
        product.save()
        make_batch(product=product)
    lower, upper, _chicken = twins
    with pytest.raises(ValidationError):
        Product(name="kıyma").full_clean()
    upper.name = "Köfte"
    upper.full_clean()
    upper.save()
    with pytest.raises(ValidationError):
        Product(name="Kiyma").full_clean()
    lower.name = "Dana Kıyma"
    lower.full_clean()
    lower.save()
    assert lower.name_folded == "dana kiyma"
    Product(name="Kıyma").full_clean()


def test_a_file_means_the_twin_that_it_spells(twins: list[Product], staff_client: Client) -> None:
    lower, upper, _chicken = twins
    header = "product,batch_identifier,butcher_date,arrival_date"
    rows = [
        f"{name},T{number},2026-11-20,2026-11-21" for number, name in enumerate(("Kıyma", "KIYMA"))
    ]
    preview(staff_client, "\n".join([header, *rows]))
    confirm(staff_client)
    assert list(Batch.objects.order_by("batch_identifier").values_list("product", flat=True)) == [
        lower.pk,
        upper.pk,
    ]
    page = words(preview(staff_client, f"{header}\nkıyma,T3,2026-11-20,2026-11-21").content)
    assert "Several products have this name: “KIYMA”, “Kıyma”." in page


def test_folded_again_is_the_same(twins: list[Product], make_batch: MakeBatch) -> None:
    batch = make_batch(supplier="SIĞIR ÇİFTLİĞİ")
    Batch.objects.filter(pk=batch.pk).update(supplier_folded="x")
    before = list(Product.objects.order_by("pk").values_list("name_folded", flat=True))
    migration.fold_again(apps, connection.schema_editor())
    assert list(Product.objects.order_by("pk").values_list("name_folded", flat=True)) == before
    batch.refresh_from_db()
    assert batch.supplier_folded == looked_for("SIĞIR ÇİFTLİĞİ")


@pytest.mark.parametrize(("identifier", "same"), [("LOT-I1", "lot-i1"), ("i2", "I2")])
def test_an_identifier_is_taken_whatever_its_capitals(
    staff_client: Client, make_batch: MakeBatch, identifier: str, same: str
) -> None:
    batch = make_batch(1, batch_identifier=identifier)
    batch.batch_identifier = same
    batch.full_clean()
    other = Batch(product=batch.product, created_by=batch.created_by, batch_identifier=same)
    other.butcher_date = other.arrival_date = batch.arrival_date
    with pytest.raises(ValidationError) as refused:
        other.validate_constraints()
    assert refused.value.error_dict["batch_identifier"][0].code == "identifier_taken"
    header = "product,batch_identifier,butcher_date,arrival_date"
    preview(staff_client, f"{header}\nChicken,{same},2026-11-21,2026-11-21")
    assert counts() == (0, 0, 1, 0)


@pytest.mark.parametrize("identifier", ["İ1", "ı1", "ÇĞ1", "\u212a1", "ﬁ1", "１2"])
def test_other_letters_are_no_identifier(
    staff_client: Client, make_batch: MakeBatch, identifier: str
) -> None:
    """Though one of them may be folded to one that is known, it is no such batch's row."""
    for known in ("i1", "k1", "fi1", "12"):
        make_batch(1, batch_identifier=known, supplier="Farm")
    header = "product,batch_identifier,butcher_date,arrival_date,supplier"
    preview(staff_client, f"{header}\nChicken,{identifier},2026-11-21,2026-11-21,New")
    assert counts() == (0, 0, 0, 1)


def test_a_file_that_was_checked_by_older_rules_is_checked_again(
    staff_client: Client, make_batch: MakeBatch
) -> None:
    header = "product,batch_identifier,butcher_date,arrival_date"
    preview(staff_client, f"{header}\nChicken,B-1,2026-11-20,2026-11-21")
    migration.check_again(apps, connection.schema_editor())
    confirm(staff_client)
    assert not Batch.objects.exists()
    job = Import.objects.get()
    staff_client.get(job.get_absolute_url())
    confirm(staff_client)
    assert Batch.objects.count() == 1
