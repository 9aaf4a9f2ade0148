"""What is asked before a batch is saved whose supplier's lot is recalled."""

from dataclasses import dataclass
from hashlib import sha256

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit_log import Event, record
from accounts.permissions import may_release_recalls

from ..models import Batch, Recall
from ..models.recalled_lots import recall_to_join

SAVE_AS_RECALLED, PUT_ON_SHELF = "recalled", "shelf"


class ShelfReasonForm(forms.Form):
    """Why a batch of a recalled lot is on the shelf all the same."""

    use_required_attribute = False
    shelf_reason = forms.CharField(
        label=gettext_lazy("Reason for selling all the same"),
        max_length=200,
        validators=Batch._meta.get_field("recall_reason").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "It is kept in the history and in the record of the recall. Customers do not read it."
        ),
        error_messages={"required": gettext_lazy("Write the reason for selling all the same.")},
    )


@dataclass
class LotQuestion:
    """Of which recall the batch is, and what was answered.

    `recall` is None where an answer was sent and the lot that was typed is not recalled.
    """

    recall: Recall | None
    fingerprint: str
    form: ShelfReasonForm
    may_put_on_shelf: bool
    is_answered: bool = False
    is_refused: bool = False

    @property
    def status(self) -> int:
        """The status of the page that asks it."""
        if self.is_refused:
            return 403
        return 422 if self.form.errors else 409


def question_about(request: HttpRequest, batch: Batch) -> LotQuestion | None:
    """Return what is to be asked before `batch` is saved, or None.

    An administrator's reason is given to `batch` for its next save. To be called in the
    transaction that saves, after `share_recall_lock`.
    """
    sent = request.POST
    answer = sent.get("lot_answer", "")
    recall = recall_to_join(batch)
    if recall is None and not answer:
        return None
    question = LotQuestion(
        recall,
        fingerprint(recall, batch),
        ShelfReasonForm(initial={"shelf_reason": sent.get("shelf_reason", "")}),
        may_release_recalls(request.user),
    )
    if recall is None or sent.get("lot_asked") != question.fingerprint:
        return question  # what was answered was asked about another lot, or another recall
    if answer == PUT_ON_SHELF:
        take_shelf_reason(request, batch, question)
    else:
        question.is_answered = answer == SAVE_AS_RECALLED
    return question


def take_shelf_reason(request: HttpRequest, batch: Batch, question: LotQuestion) -> None:
    if not question.may_put_on_shelf:
        question.is_refused = True
        return
    question.form = ShelfReasonForm(request.POST)
    if question.form.is_valid():
        reason = question.form.cleaned_data["shelf_reason"]
        batch.leave_on_shelf(request.user, reason)  # type: ignore[arg-type] # an account
        question.is_answered = True


def fingerprint(recall: Recall | None, batch: Batch) -> str:
    """By which it is told that what is answered is what was asked."""
    lot = batch.lot_key() or ("", "")
    return sha256("\n".join([str(recall and recall.pk), *lot]).encode()).hexdigest()


def tell_of_recall(request: HttpRequest, batch: Batch, question: LotQuestion | None) -> bool:
    """Say that `batch`, which is saved now, is recalled, if the save recalled it.

    What it did about a recall is written into the security log. Returns whether it is recalled.
    """
    if recall := batch.joined_recall:
        record(Event.RECALLED, request, recall=recall.pk, reason=recall.reason, batches=1)
        message = _("Batch %(batch)s is saved as recalled: %(reason)s")
        messages.warning(request, message % {"batch": batch, "reason": recall.reason})
        return True
    if question and question.recall:
        reason = question.form.cleaned_data["shelf_reason"]
        about = {"recall": question.recall.pk, "reason": reason, "batches": 1}
        record(Event.RECALL_RELEASED, request, **about)
    return False
