"""A pytest plugin that writes down what a test run really imported and really ran.

It is copied into the folder that PYTHONPATH names and loaded through PYTEST_ADDOPTS. It runs in the project's own
interpreter (Python 3.8 and later) and depends on nothing. One JSON file for each process goes to the folder named by
PINCHECK_PROBE; PINCHECK_WATCHED holds the name of the distribution to look for.
"""

import json
import os
import sys
from importlib import metadata
from typing import Any, Dict, List, Optional

_FOLDER = os.environ.get("PINCHECK_PROBE", "")
_WATCHED = os.environ.get("PINCHECK_WATCHED", "")
# A pytest that one of the tests starts is that test's affair; only the workers of this run count beside it.
_NESTED = "PINCHECK_PROBE_PROCESS" in os.environ
os.environ["PINCHECK_PROBE_PROCESS"] = str(os.getpid())

_outcomes: Dict[str, str] = {}
_state: Dict[str, Any] = {"worker": False, "collected": 0, "status": None}


def pytest_configure(config: Any) -> None:
    _state["worker"] = hasattr(config, "workerinput")


def pytest_collection_modifyitems(items: List[Any]) -> None:
    _state["collected"] = max(_state["collected"], len(items))


def pytest_collectreport(report: Any) -> None:
    if report.failed:
        _outcomes[report.nodeid or "collection"] = "error"


def pytest_runtest_logreport(report: Any) -> None:
    if report.when == "call":
        outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
        if _outcomes.get(report.nodeid) not in ("failed", "error"):
            _outcomes[report.nodeid] = outcome
    elif report.failed:
        _outcomes[report.nodeid] = "error"
    elif report.skipped and report.nodeid not in _outcomes:
        _outcomes[report.nodeid] = "skipped"


def pytest_sessionfinish(exitstatus: int) -> None:
    _state["status"] = int(exitstatus)
    _write()


def _write() -> None:
    if not _FOLDER or (_NESTED and not _state["worker"]):
        return
    record = {
        "worker": _state["worker"],
        "status": _state["status"],
        "collected": _state["collected"],
        "tests": _outcomes,
        "imported": _imported(_WATCHED),
    }
    path = os.path.join(_FOLDER, "%d.json" % os.getpid())
    with open(path + ".part", "w") as file:
        json.dump(record, file)
    os.replace(path + ".part", path)


def _imported(name: str) -> Optional[Dict[str, str]]:
    """Return version and file of the imported package, or None.

    A module that does not come from where the distribution is installed has the version that it gives itself.
    """
    try:
        installed: Optional[metadata.Distribution] = metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):
        installed = None
    for module_name in _modules(name, installed):
        file = getattr(sys.modules.get(module_name), "__file__", None)
        if not file:
            continue
        if installed is not None and _is_same(file, str(installed.locate_file(module_name))):
            return {"version": installed.version, "path": file}
        return {"version": str(getattr(sys.modules[module_name], "__version__", "")), "path": file}
    return None


def _modules(name: str, installed: Optional[metadata.Distribution]) -> List[str]:
    guessed = name.replace("-", "_")
    listed = (installed.read_text("top_level.txt") if installed is not None else None) or ""
    found = set(listed.split())
    if installed is not None and not found:
        for path in installed.files or []:
            if len(path.parts) == 2 and path.parts[1] == "__init__.py":
                found.add(path.parts[0])
            elif len(path.parts) == 1 and path.suffix == ".py":
                found.add(path.stem)
    return sorted(found, key=lambda module: (module != guessed, module)) or [guessed]


def _is_same(file: str, module: str) -> bool:
    real = os.path.realpath(file)
    return real == os.path.realpath(module + ".py") or real.startswith(os.path.join(os.path.realpath(module), ""))


_write()  # Even a run that ends before it begins shows that it could load this.
