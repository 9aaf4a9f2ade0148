"""What the codes of the reader mean, in sentences for the one who chose the file."""

from collections.abc import Iterable, Sequence

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from ..reader.limits import MOST_COLUMNS, MOST_ROWS

SHOWN_NAMES = 10
LONGEST_NAME = 40  # letters


def unreadable_message(
    code: str, *, names: Sequence[str] = (), suffix: str = "", line: int = 0
) -> str:
    """Return why a file cannot be read, and how to mend it."""
    most = MOST_COLUMNS if code == "too_many_columns" else intcomma(MOST_ROWS)
    params = {"names": quoted(names), "suffix": suffix, "line": line, "most": most}
    return sentence(code) % params


def sentence(code: str) -> str:
    return about_kind(code) or about_size(code) or about_columns(code) or about_damage(code)


def about_kind(code: str) -> str:
    sentences = {
        "other_file": _(
            "This is a %(suffix)s file, whatever its name says. Save the table as Excel "
            "(.xlsx) or as CSV, and choose that."
        ),
        "password": _("This file has a password. Save it without one, and choose that."),
        "no_workbook": _("This is not an Excel workbook. Save the table as .xlsx."),
        "web_page": _(
            "This is a web page, whatever its name says. Open it in a spreadsheet, save it as "
            "Excel (.xlsx), and choose that."
        ),
        "xml_2003": _(
            "This is an Excel file of the kind “XML Spreadsheet 2003”. Open it in a spreadsheet, "
            "save it as Excel (.xlsx), and choose that."
        ),
        "xml": _(
            "This is an XML file, whatever its name says. Save the table as Excel (.xlsx) or as "
            "CSV, and choose that."
        ),
        "no_table": _("This is not a table that can be read. Choose an Excel file (.xlsx) or CSV."),
        "not_utf8": _(
            "The letters of this file are not in UTF-8, so some would come out wrong. Save it as "
            "“CSV UTF-8” or as Excel (.xlsx), and choose that."
        ),
        "not_quite_csv": _(
            "This is not quite CSV: in row %(line)d, a quotation mark is opened and not "
            "closed, or closed too early. Open it in a spreadsheet, and save it as CSV again."
        ),
    }
    return sentences.get(code, "")


def about_size(code: str) -> str:
    sentences = {
        "empty": _("This file is empty. Choose one with a row for each batch."),
        "no_rows": _("There are no rows below the names of the columns."),
        "no_sheet": _("This Excel file has no sheet with cells."),
        "too_large": _("This file is too large. Split the table, and import the parts."),
        "too_slow": _(
            "Reading this file takes far more time or memory than a table of batches should. Copy "
            "the table into a new file, and choose that."
        ),
        "too_many_cells": _(
            "This sheet has far more cells than a table of batches. Copy the table into a new "
            "file, and choose that."
        ),
        "too_many_rows": _(
            "One file may hold up to %(most)s rows. Split it, and import the parts."
        ),
        "far_below": _("This sheet has rows far below the table. Delete them."),
        "far_right": _("This sheet has columns far to the right of the table. Delete them."),
        "long_cell": _("One cell of this file is far too long for a table. Is it the right file?"),
        "long_line": _("One line of this file is far too long for a table. Is it the right file?"),
        "busy": _("Other files are being read just now. Choose the file again in a minute."),
    }
    return sentences.get(code, "")


def about_columns(code: str) -> str:
    sentences = {
        "too_many_columns": _(
            "The first row names more than %(most)d columns. Is this the right file?"
        ),
        "same_name": _("Two columns have the same name: %(names)s. Rename or delete one."),
        "same_meaning": _("Two columns mean the same: %(names)s. Delete one of them."),
        "missing_columns": _(
            "A column is missing: %(names)s. Name the columns as the template does."
        ),
        "unknown_columns": _("A column is not known here: %(names)s. Delete it, or mend its name."),
    }
    return sentences.get(code, "")


def about_damage(code: str) -> str:
    sentences = {
        "hostile": _("This Excel file holds what no spreadsheet writes. Make it anew."),
        "damaged": _(
            "This file is damaged. Open it in a spreadsheet, save it again as Excel (.xlsx), and "
            "choose that."
        ),
    }
    return sentences.get(code, sentences["damaged"])


def quoted(names: Sequence[str]) -> str:
    shown = [name[:LONGEST_NAME] or _("(no name)") for name in names[:SHOWN_NAMES]]
    return ", ".join(f"“{name}”" for name in shown)


def note_messages(notes: Iterable[Sequence[str]]) -> list[str]:
    """Return what a preview tells of a file: pairs of a code and its detail, in sentences."""
    sentences = {
        "hidden_rows": _(
            "Rows that are hidden in the sheet are imported too. Their numbers: %(detail)s."
        ),
        "hidden_columns": _("Columns that are hidden in the sheet are imported too: %(detail)s."),
    }
    return [sentences[code] % {"detail": detail} for code, detail in notes if code in sentences]
