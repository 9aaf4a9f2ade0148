"""Excel workbooks made of raw XML, as other programs and attackers write them."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from batches.spreadsheets.reader.columns import normalized
from batches.spreadsheets.reader.errors import ReadError
from batches.spreadsheets.reader.table import Request, Table, read_table

TRANSITIONAL = "http://schemas.openxmlformats.org"
STRICT = "http://purl.oclc.org/ooxml"
NAMES = ("product", "batch_identifier", "butcher_date", "arrival_date", "supplier", "supplier_lot")
REQUEST = Request({normalized(name): name for name in NAMES}, NAMES[:4])


def replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    """The archive with some bytes replaced in all its parts."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return file.getvalue()


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def row(*cells: str, attributes: str = "") -> str:
    return f"<row {attributes}>{''.join(cells)}</row>"


HEADER = row(*map(text_cell, NAMES))
VALUES = [
    *map(text_cell, ("Beef", "B-1")),
    '<c s="1"><v>46346</v></c>',
    '<c s="1"><v>46347</v></c>',
]
ROW = row(*VALUES)
STYLES = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'


def raw_workbook(
    body: str | Iterable[str] = ROW,
    *,
    header: str = HEADER,
    shared: Iterable[str] = (),
    styles: Iterable[str] = (STYLES,),
    before: str = "",
    after: str = "",
    in_workbook: str = "",
    parts: dict[str, bytes] | None = None,
    base: str = TRANSITIONAL,
    main: str = "xl/workbook.xml",
) -> bytes:
    """A workbook of one sheet: `header`, and `body` below. `base` is the root of its namespaces."""
    if base == STRICT:
        spreadsheet, office = f"{base}/spreadsheetml/main", f"{base}/officeDocument/relationships"
    else:
        spreadsheet = f"{base}/spreadsheetml/2006/main"
        office = f"{base}/officeDocument/2006/relationships"
    package = f"{TRANSITIONAL}/package/2006/relationships"
    spaces = f'xmlns="{spreadsheet}" xmlns:r="{office}"'
    folder, _, name = main.rpartition("/")
    targets = {"worksheet": "sheet.xml", "sharedStrings": "texts.xml", "styles": "styles.xml"}
    links = "".join(
        f'<Relationship Id="{kind}" Type="{office}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    start = f'<Relationship Id="a" Type="{office}/officeDocument" Target="{main}"/>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{package}">{start}</Relationships>')
        archive.writestr(
            main,
            f'<workbook {spaces}><sheets><sheet name="S" sheetId="1" r:id="worksheet"/></sheets>'
            f"{in_workbook}</workbook>",
        )
        archive.writestr(
            f"{folder}/_rels/{name}.rels".lstrip("/"),
            f'<Relationships xmlns="{package}">{links}</Relationships>',
        )
        write(archive, f"{folder}/texts.xml", f"<sst {spaces}>", shared, "</sst>")
        write(archive, f"{folder}/styles.xml", f"<styleSheet {spaces}>", styles, "</styleSheet>")
        begin = f"<worksheet {spaces}>{before}<sheetData>{header}"
        lines = [body] if isinstance(body, str) else body
        write(archive, f"{folder}/sheet.xml", begin, lines, f"</sheetData>{after}</worksheet>")
        for part, content in (parts or {}).items():
            archive.writestr(part, content)
    return file.getvalue()


def write(archive: zipfile.ZipFile, name: str, begin: str, pieces: Iterable[str], end: str) -> None:
    with archive.open(name.lstrip("/"), "w", force_zip64=True) as part:
        for piece in (begin, *pieces, end):
            part.write(piece.encode())


def styles_of(*codes: str) -> list[str]:
    """Style 0 is General, style 1 a day; the formats of the others are `codes`."""
    formats = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for number, code in enumerate(codes, 200)
    )
    used = "".join(f'<xf numFmtId="{200 + number}"/>' for number in range(len(codes)))
    return [
        f"<numFmts>{formats}</numFmts>"
        f'<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>{used}</cellXfs>'
    ]


def table_in(content: bytes) -> Table:
    return read_table(io.BytesIO(content), REQUEST)


def cells_in(content: bytes) -> list[Any]:
    """The cells of the first row."""
    return table_in(content).rows[0][1]


def code_of(content: bytes) -> str:
    """Why it is not read."""
    try:
        table_in(content)
    except ReadError as error:
        return error.code
    return ""
