"""Tables that were filled minute by minute and put in order are those of one ingest at the end."""

import json
import os
import random
import subprocess
import time

import deltalake
import pytest

from product import BINARY, Weir, simulate
from tables import assert_same
from test_once import rows

# More of them are a longer test: WEIR_STEPS=60.
STEPS = int(os.environ.get("WEIR_STEPS", 20))


def files_of(weir, name, folder="tables"):
    return deltalake.DeltaTable(str(weir.data / "default" / folder / name)).file_uris()


def maintain(weir, *flags):
    return json.loads(weir.run("maintain", "--json", *flags).stdout)


def growing(hour, target, steps):
    """Writes the blobs of an hour as they are after each of some steps."""
    sources = {path: path.read_bytes() for path in sorted(hour.rglob("PT1H.json"))}
    for step in range(1, steps + 1):
        for source, text in sources.items():
            part = target / source.relative_to(hour)
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(text if step == steps else text[: len(text) * step // steps])
        yield step


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """An hour of few interfaces, of both generations of logs."""
    folder = tmp_path_factory.mktemp("small") / "logs"
    simulate(folder, "--hours", 1, "--end", "2026-06-01T12:00:00Z", "--format", "mixed")
    return folder


@pytest.fixture(scope="module")
def minutes(small, tmp_path_factory):
    """A data folder that was filled minute by minute, put in order, and one that was filled at the end."""
    folder = tmp_path_factory.mktemp("minutes")
    grown, whole = Weir(folder / "grown"), Weir(folder / "whole")
    for _ in growing(small, folder / "logs", STEPS):
        grown.ingest(folder / "logs", check=False)
    whole.ingest(small)
    return grown, whole


def test_minute_by_minute_becomes_one_ingest(minutes, duck):
    grown, whole = minutes
    before = len(files_of(grown, "NTANetAnalytics"))
    assert before > STEPS / 2
    count = lambda weir: int(weir.query("NTANetAnalytics | count")[0]["Count"])
    assert count(grown) > count(whole)
    done = maintain(grown)
    told = done["tables"]["NTANetAnalytics"]
    assert (told["files_before"], told["files_after"]) == (before, 1)
    assert told["rows_after"] == count(whole)
    assert_same(duck, rows(whole, duck), rows(grown, duck))
    # The ledger says of every blob what it said before, in few files.
    assert len(files_of(grown, "WeirBlobs", "ledger")) < 4
    sums = "WeirBlobs | summarize Tuples = sum(Tuples), Blobs = dcount(Blob), Readings = count()"
    assert grown.query(sums)[0]["Tuples"] == whole.query(sums)[0]["Tuples"]
    assert int(grown.query(sums)[0]["Readings"]) > int(whole.query(sums)[0]["Readings"])
    # There is nothing left to do, nor to read.
    assert maintain(grown)["tables"] == {}


def test_files_stay_as_long_as_they_are_asked_to(minutes):
    grown, whole = minutes
    maintain(grown)
    lying = lambda: sum(1 for _ in (grown.data / "default" / "tables" / "NTANetAnalytics").glob("Day=*/*.parquet"))
    assert lying() > STEPS / 2 and maintain(grown)["files_removed"] == 0
    orphan = next((grown.data / "default" / "tables" / "NTANetAnalytics").glob("Day=*")) / "left-behind.parquet"
    orphan.write_bytes(b"of a run that was killed")
    time.sleep(1.1)
    done = maintain(grown, "--retain", "1s")
    assert done["files_removed"] > STEPS / 2 and not orphan.exists()
    assert lying() == len(files_of(grown, "NTANetAnalytics"))
    assert done["records_removed"] > STEPS / 2
    # It is still a data folder: nothing is read again, and what is new is.
    assert grown.query("NTANetAnalytics | count") == whole.query("NTANetAnalytics | count")
    assert maintain(grown)["files_removed"] == 0


def test_killed_and_run_again(small, tmp_path, duck):
    """Killed at any moment, the rows add up to the same, and in the end they are the same."""
    weir, whole = Weir(tmp_path / "data"), Weir(tmp_path / "whole")
    for _ in growing(small, tmp_path / "logs", 8):
        weir.ingest(tmp_path / "logs", check=False)
    whole.ingest(small)
    sums = "NTANetAnalytics | summarize sum(BytesSrcToDest), sum(RecordCount), sum(CompletedFlows), min(FlowStartTime)"
    expected = whole.query(sums)
    dice = random.Random(3)
    for _ in range(6):
        process = subprocess.Popen(
            [BINARY, "--data", str(weir.data), "maintain"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(dice.uniform(0, 0.8))
        process.kill()
        process.wait()
        assert weir.query(sums) == expected
    maintain(weir)
    assert_same(duck, rows(whole, duck), rows(weir, duck))
    assert weir.ingest(small, check=False)["tuples"] == 0
