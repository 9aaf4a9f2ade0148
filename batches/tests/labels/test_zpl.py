import io
import re
from typing import Any

import pytest
import zplkit
import zxingcpp
from PIL import Image

from batches.labels.label import LabelMaker
from batches.labels.print_job import Job
from batches.labels.zpl import MOST_DOTS, Picture, Writer, escaped, read_pictures
from batches.models import Batch, Product
from batches.rules.label_fields import FIRST_FIELDS
from batches.rules.label_stock import ready_made
from conftest import MakeBatch

FIELDS = tuple(FIRST_FIELDS)
DRAWN = Picture(16, 2, "FFFF8001")


def written(
    batch: Batch, stock: str = "thermal-57x32", dots_per_inch: int = 203, **job: Any
) -> str:
    maker = LabelMaker(ready_made()[stock], FIELDS, "Corner Butcher", dots_per_inch, MOST_DOTS)
    pictures = job.pop("pictures", {})
    writer = Writer(
        Job(ready_made()[stock], maker.labels([batch]), [job.pop("copies", 1)], **job),
        dots_per_inch,
        pictures,
    )
    return "".join(writer.write())


def rendered(zpl: str, dots_per_inch: int = 203) -> Image.Image:
    """What an independent printer makes of it; it is strict, and knows everything but ^PQ."""
    once = re.sub(r"\^PQ\d+", "", zpl)
    [scene] = zplkit.render(once, zplkit.Options(dpi=dots_per_inch)).labels
    return Image.open(io.BytesIO(scene.png())).convert("L")


def codes_in(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("dots_per_inch", [203, 300])
@pytest.mark.parametrize(
    "stock", ["thermal-2x1in", "thermal-57x32", "thermal-100x50", "dymo-30332"]
)
def test_a_printer_draws_a_code_that_scans(
    make_batch: MakeBatch, stock: str, dots_per_inch: int
) -> None:
    batch = make_batch()
    picture = rendered(written(batch, stock, dots_per_inch), dots_per_inch)
    assert codes_in(picture) == [f"http://shop.example.com/batch/{batch.pk}"]


def test_the_code_lies_where_the_layout_has_it(make_batch: MakeBatch) -> None:
    zpl = written(make_batch())
    stock = ready_made()["thermal-57x32"]
    label = LabelMaker(stock, FIELDS, "Corner Butcher").label(make_batch())
    picture = rendered(zpl)
    [code] = zxingcpp.read_barcodes(picture)
    corner = code.position.top_left
    expected = (label.code.left + 4 * label.module) * 203 / 25.4
    assert corner.x == pytest.approx(expected, abs=2)
    assert corner.y == pytest.approx((label.code.top + 4 * label.module) * 203 / 25.4, abs=2)


@pytest.mark.parametrize("name", ["^XA^FO~JR", "~JR", "_5EXA^XZ", "a\\&b ^GB50,50,50^FS", "^PQ99"])
def test_a_products_name_cannot_command_the_printer(
    make_batch: MakeBatch, chicken: Product, name: str
) -> None:
    chicken.name = name
    chicken.save()
    zpl = written(make_batch())
    commands = re.findall(r"[\^~][A-Z@][A-Z0-9@]", zpl)
    assert set(commands) == {
        *("^XA", "^CI", "^LH", "^PW", "^LL", "^FO", "^BQ", "^FH", "^FD", "^FS", "^A0", "^PQ", "^XZ")
    }
    assert (zpl.count("^XA"), zpl.count("^PQ")) == (1, 1)
    assert len(codes_in(rendered(zpl))) == 1


def test_what_could_begin_a_command_is_written_as_its_number() -> None:
    assert escaped("a^b~c_d\\e") == "a_5Eb_7Ec_5Fd_5Ce"


def test_copies_are_left_to_the_printer(make_batch: MakeBatch) -> None:
    zpl = written(make_batch(), copies=250)
    assert zpl.count("^XA") == zpl.count("^XZ") == 1
    assert "^PQ250^XZ" in zpl
    assert written(make_batch(), copies=0) == ""


def test_a_nudge_moves_everything(make_batch: MakeBatch) -> None:
    def origins(zpl: str) -> list[tuple[int, int]]:
        return [(int(x), int(y)) for x, y in re.findall(r"\^FO(\d+),(\d+)", zpl)]

    batch = make_batch()
    plain, nudged = origins(written(batch)), origins(written(batch, nudge=(1, 0.5)))
    moved = {
        (there[0] - here[0], there[1] - here[1]) for here, there in zip(plain, nudged, strict=True)
    }
    assert moved == {(8, 4)}  # 203 dots to the inch are 8 to the mm


@pytest.mark.parametrize("nudge", [(-10, -10), (-6, 0), (0, -6)])
def test_a_nudge_ends_at_the_labels_edge_and_everything_moves_alike(
    make_batch: MakeBatch, nudge: tuple[float, float]
) -> None:
    batch = make_batch()
    origins = [re.findall(r"\^FO(\d+),(\d+)", written(batch, nudge=it)) for it in ((0, 0), nudge)]
    moved = {
        (int(there[0]) - int(here[0]), int(there[1]) - int(here[1]))
        for here, there in zip(*origins, strict=True)
    }
    assert len(moved) == 1
    assert len(codes_in(rendered(written(batch, nudge=nudge)))) == 1


@pytest.mark.parametrize("name", ["Çiğ köfte", "Κοτόπουλο", "دجاج", "鸡肉"])
def test_letters_the_printer_lacks_are_printed_as_the_picture_that_was_brought(
    make_batch: MakeBatch, chicken: Product, name: str
) -> None:
    chicken.name = name
    chicken.save()
    batch = make_batch()
    stock = ready_made()["thermal-57x32"]
    labels = LabelMaker(stock, FIELDS, "Corner Butcher").labels([batch])
    without = Writer(Job(stock, labels, [1]), 203, {})
    assert without.missing() == [name]
    [row] = without.to_draw()
    zpl = "".join(Writer(Job(stock, labels, [1]), 203, {row["key"]: DRAWN}).write())
    assert "^GFA,4,4,2,FFFF8001^FS" in zpl
    assert name not in zpl
    assert len(codes_in(rendered(zpl))) == 1


def foreign_writer(
    batches: list[Batch], pictures: dict[str, Picture], stock: str = "thermal-57x32"
) -> Writer:
    """A writer of labels whose product name the printer has no letters for."""
    maker = LabelMaker(ready_made()[stock], FIELDS, "Corner Butcher", 203, MOST_DOTS)
    job = Job(ready_made()[stock], maker.labels(batches), [1] * len(batches))
    return Writer(job, 203, pictures)


def filled(width: int, height: int) -> Picture:
    return Picture(width, height, "F" * (2 * ((width + 7) // 8) * height))


@pytest.mark.parametrize(
    ("wider", "higher", "fits"),
    [(0, 0, True), (-1, 0, True), (0, -1, True), (1, 0, False), (0, 1, False), (4000, 0, False)],
)
def test_a_picture_is_no_larger_than_its_row(
    make_batch: MakeBatch, chicken: Product, wider: int, higher: int, fits: bool
) -> None:
    chicken.name = "鸡肉"
    chicken.save()
    batches = [make_batch()]
    [row] = foreign_writer(batches, {}).to_draw()
    picture = filled(row["width"] + wider, row["height"] + higher)
    assert foreign_writer(batches, {row["key"]: picture}).pictures_fit() is fits


def test_a_picture_of_no_row_or_of_one_with_letters_is_refused(make_batch: MakeBatch) -> None:
    batches = [make_batch()]
    [label] = foreign_writer(batches, {}).job.labels
    for key in ("another", label.rows[0].key):
        assert not foreign_writer(batches, {key: DRAWN}).pictures_fit()


def test_the_bytes_of_pictures_are_told_before_they_are_written(
    make_batch: MakeBatch, chicken: Product
) -> None:
    chicken.name = "鸡肉"
    chicken.save()
    batches = [make_batch() for _ in range(3)]
    [row] = foreign_writer(batches, {}).to_draw()
    writer = foreign_writer(batches, {row["key"]: filled(row["width"], row["height"])})
    pictures = re.findall(r"\^GFA,\d+,\d+,\d+,(F+)", "".join(writer.write()))
    assert len(pictures) == 3
    assert writer.picture_bytes() == sum(map(len, pictures))


def test_letters_of_western_europe_are_the_printers_own(
    make_batch: MakeBatch, chicken: Product
) -> None:
    chicken.name = "Pâté d'Épeautre, Müsli & Ñandú"
    chicken.save()
    assert "Pâté" in written(make_batch())


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "[]",
        "null",
        '"x"',
        '{"a": 1}',
        '{"a": {"width": 8, "height": 1}}',
        '{"a": {"width": 8, "height": 1, "dots": "^XA"}}',
        '{"a": {"width": 8, "height": 1, "dots": "FF^XA^XZ"}}',
        '{"a": {"width": 8, "height": 2, "dots": "FF"}}',
        '{"a": {"width": 0, "height": 0, "dots": ""}}',
        '{"a": {"width": 99999, "height": 1, "dots": "FF"}}',
        '{"a": {"width": true, "height": 1, "dots": "FF"}}',
        '{"a": {"width": "8", "height": 1, "dots": "FF"}}',
        '{"a": {"width": 8, "height": 1, "dots": "FF", "more": 1}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_picture_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_pictures(text)


def test_pictures_are_read_by_their_row() -> None:
    assert read_pictures("") == {}
    text = '{"2.5 鸡": {"width": 16, "height": 2, "dots": "FFFF8001"}}'
    assert read_pictures(text) == {"2.5 鸡": DRAWN}
