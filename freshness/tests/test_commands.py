import io
from typing import Any

import pytest
import zxingcpp
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image

from accounts.models import User
from batches.models import Batch, Product
from batches.rules.shelf_life import Status
from conftest import MakeBatch

BLOCKS = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}


def run(command: str) -> str:
    output = io.StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


def decode_blocks(text: str) -> str:
    """Reads the QR code that a terminal would draw, two pixels to a character."""
    lines = [line for line in text.splitlines() if line and set(line) <= set(BLOCKS)]
    picture = Image.new("L", (len(lines[0]), len(lines) * 2))
    for row, line in enumerate(lines):
        for column, block in enumerate(line):
            for half, light in enumerate(BLOCKS[block]):
                picture.putpixel((column, row * 2 + half), 255 * light)
    enlarged = picture.resize((picture.width * 8, picture.height * 8), Image.Resampling.NEAREST)
    [code] = zxingcpp.read_barcodes(enlarged)
    return code.text


class TestWelcome:
    def test_it_says_where_to_go_also_to_a_phone(self, db: None, settings: Any) -> None:
        settings.LAN_MODE, settings.PUBLIC_URL = True, "http://192.168.1.20:8000"
        said = run("welcome")
        assert "On this computer: http://localhost:8000\n" in said
        assert "On the shop's network: http://192.168.1.20:8000\n" in said
        assert decode_blocks(said) == "http://192.168.1.20:8000"
        assert "The shop's day turns at midnight in Europe/Istanbul." in said

    def test_it_leads_the_first_person_to_their_account(self, db: None) -> None:
        said = run("welcome")
        assert "The first account becomes the administrator." in said
        assert "http://localhost:8000/register" in said

    def test_it_leads_nobody_else_there(self, staff: User) -> None:
        assert "/register" not in run("welcome")

    def test_where_registration_is_closed_it_names_the_other_way(
        self, db: None, settings: Any
    ) -> None:
        settings.REGISTRATION = "closed"
        assert "python manage.py createsuperuser" in run("welcome")
        assert "/register" not in run("welcome")

    def test_where_all_is_https_it_names_the_public_address_alone(
        self, db: None, settings: Any
    ) -> None:
        settings.PUBLIC_URL, settings.HTTPS = "https://fresh.example.com", True
        said = run("welcome")
        assert "localhost" not in said
        assert "https://fresh.example.com/register" in said

    @pytest.mark.parametrize("is_there", [True, False])
    def test_it_says_what_is_missing(self, db: None, settings: Any, is_there: bool) -> None:
        settings.HTTPS = settings.SENDS_EMAIL = is_there
        said = run("welcome")
        assert ("set PUBLIC_URL to an https address" in said) == (not is_there)
        assert ("Set EMAIL_URL to send them." in said) == (not is_there)

    def test_without_a_network_it_draws_no_code(self, db: None, settings: Any) -> None:
        settings.LAN_MODE, settings.PUBLIC_URL = True, "http://127.0.0.1:8000"
        said = run("welcome")
        assert "No network was found" in said
        assert "█" not in said


class TestDemo:
    def test_a_dozen_batches_stand_over_all_states(self, db: None) -> None:
        run("demo")
        assert Batch.objects.count() == 12
        assert {batch.status() for batch in Batch.objects.all()} == set(Status)
        assert Batch.objects.exclude(removed_on=None).count() == 1
        for batch in Batch.objects.all():
            batch.full_clean(exclude=["created_by"])
            assert Client().get(f"/batch/{batch.pk}").status_code == 200

    def test_the_password_it_says_opens_the_shop(self, db: None) -> None:
        password = run("demo").split()[-1]
        client = Client()
        client.post("/login", {"username": "demo@example.com", "password": password})
        assert client.get("/admin").status_code == 200

    def test_it_says_which_product_it_lacks(self, db: None) -> None:
        Product.objects.filter(name="Seafood").update(name="Fish", name_folded="fish")
        with pytest.raises(CommandError, match="Seafood"):
            run("demo")
        assert not Batch.objects.exists()

    def test_it_touches_no_shop_that_has_batches(
        self, make_batch: MakeBatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make_batch()
        with pytest.raises(SystemExit, match="1"):
            run("demo")
        assert Batch.objects.count() == 1
        assert not User.objects.filter(email="demo@example.com").exists()
        assert capsys.readouterr().err == (
            "This shop has batches already, so the demo added nothing. Start the shop, and sign in "
            "as before.\n"
        )

    def test_whoever_runs_it_twice_is_told_how_to_get_in(
        self, db: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run("demo")
        with pytest.raises(SystemExit, match="1"):
            run("demo")
        assert Batch.objects.count() == 12
        assert capsys.readouterr().err.splitlines()[1] == (
            "A new password for demo@example.com: manage.py changepassword demo@example.com"
        )
