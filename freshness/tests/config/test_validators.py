import unicodedata

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import CharField, TextField
from django.test import Client
from simple_history.models import HistoricalChanges

from batches.models import Batch
from conftest import MakeBatch, words
from freshness.config.validators import validate_visible

# Every control character, line break, and mark that turns the text after it round (UAX #9).
HIDDEN = [
    *map(chr, [*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A)]),
    *("\xad", "\u115f", "\u180e", "\u200b", "\u2060", "\u3164", "\ufeff", "\ufff9"),
]


@pytest.mark.parametrize("sign", HIDDEN, ids=ascii)
def test_what_cannot_be_seen_is_refused(sign: str) -> None:
    with pytest.raises(ValidationError, match="hidden characters"):
        validate_visible(f"Ox{sign}tail")


@pytest.mark.parametrize("name", ["\u200d", "\u200e\u200f", "\ufe0f", " ", "\U000e0041"])
def test_a_name_of_which_nothing_is_seen_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="hidden characters"):
        validate_visible(name)


def test_all_that_turns_text_or_controls_is_among_it() -> None:
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for sign in map(chr, range(0x110000)):
        if unicodedata.category(sign) == "Cc" or unicodedata.bidirectional(sign) in turning:
            assert sign in HIDDEN


@pytest.mark.parametrize(
    "name",
    [
        "Ox & tail",
        "Köfte",
        "لحم الضأن",
        "בשר כבש",
        "नमस्ते",
        "می‌خواهم",
        "牛肉",
        "👨‍🍳",
        "a\u200fb",
        "O'Brien",
    ],
)
def test_what_people_write_is_taken(name: str) -> None:
    validate_visible(name)


# Texts that nobody types, or that take a few plain characters only.
NOT_TYPED = {
    *("User.password", "User.email", "User.session_salt", "User.language"),
    *("Attempt.what", "Attempt.who"),
    *("Batch.id", "Batch.batch_identifier", "Product.name_folded", "OwnStock.kind"),
    *("LabelSetup.stock", "LabelSetup.fields", "LabelRun.stock", "LabelRun.measures"),
    *("LabelRun.fields", "PrintedLabels.says", "Batch.removal", "ShopScans.shown"),
    # Copied from what somebody typed, which was checked then.
    *("Batch.batch_identifier_folded", "Batch.supplier_folded", "Batch.supplier_lot_folded"),
    *("Recall.asked_for", "Recall.reason", "RecalledBatch.code", "RecalledBatch.product"),
    *("RecalledBatch.batch_identifier", "RecalledBatch.supplier", "RecalledBatch.supplier_lot"),
    *("RecalledBatch.release_reason", "RecalledBatch.supplier_folded"),
    "RecalledBatch.supplier_lot_folded",
    *("Import.file_name", "Import.kind", "Import.state", "Import.columns", "Import.ignored"),
    *("Import.products", "Import.sheet", "ImportPiece.read", "ImportPiece.found"),
    *("Import.date_order", "Import.date_survey", "Import.notes"),
}


def test_it_holds_for_each_text_that_somebody_types() -> None:
    texts = {
        f"{model.__name__}.{field.name}"
        for app in ("accounts", "batches")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.fields
        if isinstance(field, CharField | TextField)
        and validate_visible not in field.validators
        and not issubclass(model, HistoricalChanges)
    }
    assert texts == NOT_TYPED


def test_the_portal_says_how_to_mend_it(staff_client: Client, make_batch: MakeBatch) -> None:
    batch = make_batch()
    data = {
        "product": batch.product_id,
        "batch_identifier": "B-1",
        "butcher_date": batch.butcher_date,
        "arrival_date": batch.arrival_date,
        "supplier": "Farm \u202egnp.exe",
    }
    response = staff_client.post("/admin/batches/new", data)
    assert response.status_code == 422
    assert "Type it again rather than paste it." in words(response.content)
    assert not Batch.objects.filter(batch_identifier="B-1").exists()
