"""Two people edit one batch: the second is shown what the first has saved, and loses nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import ModelForm
from django.http import QueryDict
from django.utils.translation import gettext as _

from ..models import Batch


@dataclass(frozen=True)
class Difference:
    """What somebody else has made of a field, and whether the one who edits now has changed it."""

    label: str
    theirs: str
    is_mine_too: bool


@dataclass(frozen=True)
class Conflict:
    """What was saved since the form was opened; `data` is the form, with what was left as it was
    then filled in as it is now.
    """

    who: str
    when: datetime
    differences: list[Difference]
    data: QueryDict


def version_of(batch: Batch) -> int:
    """The number of its latest change."""
    numbers = batch.history.order_by("-history_id").values_list("history_id", flat=True)
    number: int = numbers.first()
    return number


def conflict(batch: Batch, sent: QueryDict, form: ModelForm) -> Conflict | None:
    """What stands between the form that was sent and the batch as it is now; None if nothing.

    `form` is that form of the batch as it is now. `version` in what was sent is that of the batch
    when the form was opened.
    """
    version = sent.get("version", "")
    history = Batch.history.filter(id=batch.pk).select_related("history_user")
    opened = history.filter(history_id=version[:18]).first() if version.isdecimal() else None
    if opened is None:
        return None
    data, differences = sent.copy(), []
    for name, field in form.fields.items():
        if name == "version":
            continue
        was, now = (field.prepare_value(value_of(it, name)) for it in (opened, batch))
        if was == now or not field.has_changed(now, sent.get(name)):
            continue
        is_mine_too = field.has_changed(was, sent.get(name))
        if not is_mine_too:
            data[name] = form[name].value() or ""
        differences.append(Difference(str(field.label), shown(batch, name), is_mine_too))
    if not differences:
        return None
    last = history.order_by("-history_id").first()
    return Conflict(str(last.history_user or _("Somebody")), last.history_date, differences, data)


def value_of(version: Any, name: str) -> Any:
    """As forms have it: of the product its key."""
    return version.product_id if name == "product" else getattr(version, name)


def shown(batch: Batch, name: str) -> Any:
    in_words = getattr(batch, f"get_{name}_display", lambda: getattr(batch, name))
    return in_words() or _("nothing")
