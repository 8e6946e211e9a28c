"""A folder of wheels that stands in for an index: tiny packages made here, and pytest as it really is."""

import base64
import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

FASTAPI = ("0.1.0", "0.1.1", "0.2.0", "0.2.1", "0.3.0")


def wheel(  # noqa: PLR0913, PLR0917 - a wheel says much of itself
    folder: Path,
    name: str,
    version: str,
    code: str,
    requires: Sequence[str] = (),
    requires_python: str = "",
    urls: Mapping[str, str] = {},
    description: str = "",
) -> Path:
    """Write a wheel with one module that holds the code; its METADATA says the rest."""
    distribution = name.replace("-", "_")
    info = f"{distribution}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    metadata += f"Requires-Python: {requires_python}\n" if requires_python else ""
    metadata += "".join(f"Project-URL: {label}, {url}\n" for label, url in urls.items())
    metadata += f"Description-Content-Type: text/markdown\n\n{description}" if description else ""
    contents = {
        f"{distribution}/__init__.py": code,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    path = folder / f"{distribution}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for filename, text in contents.items():
            archive.writestr(filename, text)
        archive.writestr(f"{info}/RECORD", _record(contents, info))
    return path


def _record(contents: Mapping[str, str], info: str) -> str:
    lines = []
    for filename, text in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{filename},sha256={digest},{len(text.encode())}")
    return "\n".join([*lines, f"{info}/RECORD,,", ""])


def house(folder: Path) -> Path:
    """Fill a folder with pip, setuptools and pytest from the configured index, and with small packages made here.

    The `fastapi` in it answers a different greeting from 0.3 on; `capped` works with fastapi 0.1 only.
    """
    names = ["pip", "pytest==8.4.2", "setuptools==80.9.0", "wheel"]
    argv = [sys.executable, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", str(folder), *names]
    subprocess.run(argv, check=True, capture_output=True)
    for version in FASTAPI:
        greeting = "hello" if version < "0.3" else "good day"
        wheel(folder, "fastapi", version, f"__version__ = {version!r}\ngreeting = {greeting!r}\n")
    wheel(folder, "capped", "1.0", "", ["fastapi<0.2"])
    wheel(folder, "picky", "1.0", "", ["fastapi!=0.1.1"])
    return folder
