"""Labels as SVG: a page may have a thousand, and a template takes seven times as long."""

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .label import Label, Row


def drawing(label: Label) -> SafeString:
    """What each place that gets this label points to."""
    code, words, side = label.code, label.words, label.qr.modules
    height = label.stock.label[1]
    return mark_safe(  # noqa: S308 - lengths and names of our own; what was typed is escaped
        f'<g id="label-{label.batch.pk}">'
        f'<g transform="translate({code.left} {code.top}) scale({label.module})">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{label.qr.path}"/></g>\n'
        f'<svg x="{words.left}" width="{words.width}" height="{height}"'
        f' viewBox="{words.left} 0 {words.width} {height}">\n'
        f"{''.join(map(drawn, label.rows))}</svg></g>\n"
    )


def drawn(row: Row) -> str:
    box = row.box
    ground = (
        f'<rect x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}"/>'
        if row.is_inverse
        else ""
    )
    anchor = ' text-anchor="middle"' if row.is_centred else ""
    direction = "rtl" if row.is_rtl else "ltr"
    return (
        f'{ground}<text class="label-{row.field}" x="{row.x}" y="{row.y}" font-size="{row.size}"'
        f'{anchor} direction="{direction}" data-width="{box.width}">{escape(row.text)}</text>\n'
    )
