from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from batches.listing.form_fields import save_unless_taken
from batches.models import Batch, Product
from batches.register.forms import FEW_PRODUCTS, BatchForm
from batches.report.forms import FindForm
from conftest import MakeBatch


def data(**changes: object) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "product": Product.objects.get(name="Chicken").pk,
        "batch_identifier": "A-1",
        "butcher_date": today - timedelta(days=1),
        "arrival_date": today,
        "use_by": "",
        "supplier": "",
        "supplier_lot": "",
    } | changes


def errors(**changes: object) -> dict[str, list[str]]:
    form = BatchForm({name: str(value) for name, value in data(**changes).items()})
    return {field: [str(error) for error in wrong] for field, wrong in form.errors.items()}


def test_a_right_form_has_no_errors(db: None) -> None:
    assert errors() == {}


@pytest.mark.parametrize("identifier", ["A", "a.b_c-9", "x" * 20, "-"])
def test_identifiers_a_shop_may_use(db: None, identifier: str) -> None:
    assert errors(batch_identifier=identifier) == {}


@pytest.mark.parametrize(
    "identifier", ["", "a b", "🍗", "x" * 21, "<script>", "a/b", "ä", "a\x00b", "a\nb"]
)
def test_identifiers_a_label_cannot_carry_are_refused_in_words(db: None, identifier: str) -> None:
    assert list(errors(batch_identifier=identifier)) == ["batch_identifier"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("butcher_date", "", "Enter the date."),
        ("butcher_date", "not a date", "There is no such date."),
        ("butcher_date", "2026-02-30", "There is no such date."),
        ("butcher_date", "05/06/2026", "There is no such date."),
        ("butcher_date", "0205-01-01", "The year 0205 looks like a slip."),
        ("arrival_date", "0205-01-01", "The year 0205 looks like a slip."),
        ("arrival_date", "2099-01-01", "This day has not come yet."),
        ("butcher_date", "2099-01-01", "This day has not come yet."),
        ("use_by", "9999-12-31", "The year 9999 looks like a slip."),
        ("use_by", "2020-01-01", "The use-by date cannot lie before the butcher date."),
        ("product", "", "Choose the product."),
        ("product", "999999", "Select a valid choice."),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    db: None, field: str, value: str, message: str
) -> None:
    [(wrong, [words])] = errors(**{field: value}).items()
    assert wrong == field
    assert words.startswith(message)


def test_a_batch_arrives_today_at_the_latest(db: None) -> None:
    today = timezone.localdate()
    assert errors(arrival_date=today) == {}
    assert list(errors(arrival_date=today + timedelta(days=1))) == ["arrival_date"]


def test_a_batch_cannot_arrive_before_it_was_butchered(db: None) -> None:
    today = timezone.localdate()
    assert errors(butcher_date=today, arrival_date=today) == {}
    assert errors(butcher_date=today, arrival_date=today - timedelta(days=1)) == {
        "arrival_date": ["A batch cannot arrive before it was butchered."]
    }


def test_an_identifier_is_unique_whatever_its_case(make_batch: MakeBatch) -> None:
    make_batch(batch_identifier="a-1")
    assert errors(batch_identifier="A-1") == {
        "batch_identifier": ["Another batch has this identifier already. Choose another."]
    }


def test_of_two_who_save_one_identifier_in_one_moment_one_is_told(staff: User) -> None:
    forms = [BatchForm(data(), instance=Batch(created_by=staff)) for _ in range(2)]
    assert [form.is_valid() for form in forms] == [True, True]
    assert isinstance(save_unless_taken(forms[0]), Batch)
    assert save_unless_taken(forms[1]) is None
    assert list(forms[1].errors) == ["batch_identifier"]
    assert Batch.objects.count() == 1


def test_few_products_are_buttons_and_many_are_a_list(db: None) -> None:
    assert 'type="radio"' in str(BatchForm()["product"])
    for number in range(FEW_PRODUCTS):
        Product.objects.create(name=f"Sausage {number}")
    assert "<select" in str(BatchForm()["product"])


def test_an_inactive_product_is_offered_only_to_a_batch_that_has_it(make_batch: MakeBatch) -> None:
    batch = make_batch()
    Product.objects.filter(name="Chicken").update(active=False)
    assert "Chicken" not in str(BatchForm()["product"])
    assert "Chicken" in str(BatchForm(instance=batch)["product"])


def test_dates_are_written_as_html_reads_them(db: None) -> None:
    form = BatchForm(instance=Batch(arrival_date=date(2026, 11, 2)))
    assert 'type="date"' in str(form["arrival_date"])
    assert 'value="2026-11-02"' in str(form["arrival_date"])


@pytest.mark.parametrize(
    "text", ["7K3QF9XM2A", " 7k3qf-9xm2a", "http://shop.example.com/batch/7K3QF9XM2A"]
)
def test_a_code_is_found_from_what_people_type_or_paste(text: str) -> None:
    form = FindForm({"code": text})
    assert form.is_valid()
    assert form.cleaned_data["code"] == "7K3QF9XM2A"


@pytest.mark.parametrize("text", ["", "chicken", "7K3QF9XM2A7K3QF9XM2A", "\x00"])
def test_what_is_no_code_is_refused_in_words(text: str) -> None:
    assert list(FindForm({"code": text}).errors) == ["code"]
