import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError

from batches.models import Product
from conftest import MakeBatch


def test_four_products_come_with_the_shop(db: None) -> None:
    products = Product.objects.values_list("name", "emoji", "fresh_days", "caution_days", "active")
    assert list(products) == [
        ("Beef", "🥩", 2, 4, True),
        ("Chicken", "🍗", 2, 4, True),
        ("Pork", "🍖", 2, 4, True),
        ("Seafood", "🦐", 2, 4, True),
    ]


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Lamb", "LAMB"),
        ("Köfte", "KÖFTE"),
        ("Αρνί", "ΑΡΝΊ"),
        ("Cafe\u0301", "CAFÉ"),
        ("A  b", "a b"),
    ],
)
def test_a_name_is_unique_whatever_its_case(db: None, name: str, same: str) -> None:
    product = Product(name=name)
    product.full_clean()
    product.save()
    twin = Product(name=same)
    with pytest.raises(ValidationError, match="There is already a product with this name"):
        twin.full_clean()
    with pytest.raises(IntegrityError):
        twin.save()


def test_a_product_may_keep_its_own_name(db: None) -> None:
    chicken = Product.objects.get(name="Chicken")
    chicken.name = "CHICKEN"
    chicken.full_clean()
    chicken.save(update_fields=["name"])
    assert Product.objects.get(name_folded="chicken").name == "CHICKEN"


def test_a_renamed_product_frees_its_old_name(db: None) -> None:
    chicken = Product.objects.get(name="Chicken")
    chicken.name = "Hen"
    chicken.save(update_fields=["name"])
    Product(name="chicken").full_clean()


def test_caution_cannot_end_before_fresh_does(db: None) -> None:
    product = Product(name="Lamb", fresh_days=5, caution_days=4)
    with pytest.raises(ValidationError, match="cannot end before the fresh days do"):
        product.full_clean()
    with pytest.raises(IntegrityError):
        product.save()


def test_a_product_with_batches_cannot_be_deleted(make_batch: MakeBatch) -> None:
    batch = make_batch()
    with pytest.raises(ProtectedError):
        batch.product.delete()
