"""A certificate for a name, by an authority that nobody knows but whoever is given its file."""

import subprocess
from pathlib import Path


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def certificate(folder: Path, host: str) -> Path:
    """Writes privkey.pem and fullchain.pem into `folder`; returns the authority's file."""
    authority, its_key = folder / "authority.pem", folder / "authority.key"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(
        "req",
        "-x509",
        *curve,
        "-subj",
        "/CN=Rehearsal",
        "-days",
        "2",
        "-keyout",
        f"{its_key}",
        "-out",
        f"{authority}",
    )
    openssl(
        "req",
        "-x509",
        *curve,
        "-subj",
        f"/CN={host}",
        "-days",
        "2",
        "-addext",
        f"subjectAltName=DNS:{host}",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-CA",
        f"{authority}",
        "-CAkey",
        f"{its_key}",
        "-keyout",
        f"{folder}/privkey.pem",
        "-out",
        f"{folder}/fullchain.pem",
    )
    return authority
