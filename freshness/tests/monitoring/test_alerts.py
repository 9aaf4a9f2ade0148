"""The example alerts: Prometheus reads them, and each is raised when it should be."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

DEPLOY = settings.BASE_DIR / "deploy"
ALERTS = (DEPLOY / "alerts.yml").read_text()
WATCHING = (settings.BASE_DIR / "docs" / "WATCHING.md").read_text()


def metrics() -> set[str]:
    """The names of all metrics, as the program writes them."""
    sources = [
        settings.BASE_DIR / "freshness/monitoring" / it for it in ("metrics.py", "shop_metrics.py")
    ]
    return {
        name for source in sources for name in re.findall(r'"(freshness_\w+)"', source.read_text())
    }


@pytest.fixture
def promtool() -> str:
    if os.environ.get("REQUIRE_PROMTOOL") or shutil.which("promtool"):
        return "promtool"
    pytest.skip("needs promtool (of Prometheus), and it is not here")


@pytest.mark.parametrize(
    ("do", "file"),
    [
        (["check", "config"], "prometheus.yml"),
        (["check", "rules"], "alerts.yml"),
        (["test", "rules"], "alerts_test.yml"),
    ],
)
def test_prometheus_agrees(promtool: str, do: list[str], file: str) -> None:
    said = subprocess.run(
        [promtool, *do, Path(DEPLOY / file)], capture_output=True, text=True, cwd=DEPLOY
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_each_metric_has_an_alert_and_is_explained() -> None:
    assert len(metrics()) == 13
    for name in metrics():
        assert re.search(rf"{name}(_total|_count|_bucket)?\b", ALERTS), name
        assert name in WATCHING, name


def test_each_alert_says_what_to_do_is_tried_and_is_explained() -> None:
    tried = (DEPLOY / "alerts_test.yml").read_text()
    names = re.findall(r"alert: (\w+)", ALERTS)
    assert len(re.findall(r"\n          do: \w", ALERTS)) == len(names)
    for name in names:
        assert tried.count(f"alertname: {name}\n") == 2, name
        assert f"`{name}`" in WATCHING, name
