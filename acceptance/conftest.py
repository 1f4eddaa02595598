"""Where inputs are found, and what is said of those that are not there."""

import os
from pathlib import Path

import duckdb
import pytest

from product import Weir, simulate

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = Path(os.environ.get("WEIR_SAMPLES", ROOT.parent / "shared" / "samples"))
SEEDS = Path(os.environ.get("WEIR_SEEDS", ROOT.parent / "shared" / "seeds"))


def blobs():
    """The sample blobs: flow logs of real networks and vendors' test data."""
    return sorted(
        path
        for path in (SAMPLES / "flow-logs").glob("*.json*")
        # What another program makes of a blob is no blob.
        if "expected" not in path.name
    )


def pytest_generate_tests(metafunc):
    if "sample" in metafunc.fixturenames:
        found = blobs() or [pytest.param(None, marks=pytest.mark.skip(reason=f"no samples in {SAMPLES}"))]
        metafunc.parametrize("sample", found, ids=lambda path: getattr(path, "stem", "none"))


@pytest.fixture
def samples():
    if not blobs():
        pytest.skip(f"no samples in {SAMPLES}")
    return SAMPLES / "flow-logs"


@pytest.fixture
def weir(tmp_path):
    """The program with an empty data folder."""
    return Weir(tmp_path / "data")


@pytest.fixture
def other(tmp_path):
    """The program with another empty data folder."""
    return Weir(tmp_path / "other")


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A week of the invented company: the logs, the truth, and a data folder they were ingested into."""
    folder = tmp_path_factory.mktemp("demo")
    logs = folder / "logs"
    truth = simulate(logs, "--seed", 1, "--end", "2026-06-01T00:00:00Z")
    weir = Weir(folder / "data")
    summary = weir.ingest(logs)
    return Demo(logs, truth, weir, summary)


@pytest.fixture(scope="session")
def known(demo, tmp_path_factory):
    """The same week in a data folder that knew the company's inventory first."""
    weir = Weir(tmp_path_factory.mktemp("known") / "data")
    weir.know(demo.logs, taken="2026-05-20T00:00:00Z")
    return Demo(demo.logs, demo.truth, weir, weir.ingest(demo.logs))


class Demo:
    def __init__(self, logs, truth, weir, summary):
        self.logs, self.truth, self.weir, self.summary = logs, truth, weir, summary


@pytest.fixture
def duck():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@pytest.fixture(scope="session")
def hour(tmp_path_factory):
    """An hour of the invented company's logs."""
    folder = tmp_path_factory.mktemp("hour") / "logs"
    simulate(folder, "--hours", 1, "--end", "2026-06-01T12:00:00Z")
    return folder
