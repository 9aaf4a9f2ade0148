"""Python's reading of a constraint and the database's are one."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batches.models import Batch, Product
from batches.spreadsheets.rows.constraints import fields_of, holds

CHECKS = [
    pytest.param(model, constraint, id=constraint.name)
    for model in (Batch, Product)
    for constraint in model._meta.constraints
    if isinstance(constraint, CheckConstraint)
]
DAYS = st.none() | st.integers(0, 4).map(lambda n: date(2026, 11, 20) + timedelta(n))
VALUES = {
    "removal": st.sampled_from(["", "sold-out", "discarded"]),
    "removal_reason": st.sampled_from(["", "Torn"]),
    "recall_reason": st.sampled_from(["", "Glass"]),
    "discarded_weight": st.none() | st.integers(-1, 1),
    "recalled_at": st.none() | st.builds(timezone.now),
    "fresh_days": st.integers(0, 3),
    "caution_days": st.integers(0, 3),
}


@pytest.mark.parametrize(("model", "check"), CHECKS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_python_and_the_database_agree_on_every_constraint(
    db: None, model: Any, check: Any, data: st.DataObject
) -> None:
    values = {it: data.draw(VALUES.get(it, DAYS)) for it in sorted(fields_of(check.condition))}
    try:
        check.validate(model, model(**values))
        is_refused = False
    except ValidationError:
        is_refused = True
    assert (holds(check.condition, values) is False) == is_refused
