"""What is installed: each package that pyproject.toml asks for, at its version, with checksums."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
DEPENDENCIES: list[str] = PROJECT["project"]["dependencies"]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
LOCKS = {
    "requirements.txt": DEPENDENCIES,
    "requirements-dev.txt": DEPENDENCIES + GROUPS["test"],
    "bench/requirements.txt": DEPENDENCIES + GROUPS["bench"],
}


def locked(name: str) -> dict[str, tuple[Requirement, list[str]]]:
    """The requirements of a lock file and their hashes, by the canonical name of the package."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / name).read_text(), flags=re.M).replace("\\\n", "")
    found: dict[str, tuple[Requirement, list[str]]] = {}
    for line in text.splitlines():
        requirement, *hashes = line.split(" --hash=")
        parsed = Requirement(requirement.strip())
        found[canonicalize_name(parsed.name)] = (parsed, [it.strip() for it in hashes])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_all_that_is_asked_for_is_locked_at_its_version(name: str) -> None:
    found = locked(name)
    for asked in map(Requirement, LOCKS[name]):
        assert [it.operator for it in asked.specifier] == ["=="], asked
        assert found[canonicalize_name(asked.name)][0].specifier == asked.specifier


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_has_checksums_and_no_other_source(name: str) -> None:
    for requirement, hashes in locked(name).values():
        assert [it.operator for it in requirement.specifier] == ["=="], requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", it) for it in hashes)
    assert not re.search(r"^\s*-|://", (ROOT / name).read_text().replace("    --hash", ""), re.M)


@pytest.mark.parametrize("name", ["requirements-dev.txt", "bench/requirements.txt"])
def test_tests_and_measurements_run_what_a_shop_runs(name: str) -> None:
    more, shop = locked(name), locked("requirements.txt")
    assert {it: more[it][0].specifier for it in shop} == {it: shop[it][0].specifier for it in shop}
