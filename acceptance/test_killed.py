"""Ingest that is killed at any moment, and run again, ends like one that was not."""

import os
import random
import subprocess
import time

import pytest

from product import BINARY
from tables import assert_same
from test_once import rows, totals


def kill_after(weir, seconds, *paths):
    """Starts an ingest and kills it; whether it was still at work."""
    process = subprocess.Popen(
        [BINARY, "--data", str(weir.data), "ingest", "--threads", "2", *map(str, paths)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    alive = process.poll() is None
    process.kill()
    process.wait()
    return alive


@pytest.mark.parametrize("seed", range(3))
def test_killed_and_run_again(weir, other, duck, hour, seed):
    began = time.monotonic()
    other.ingest(hour)
    whole = time.monotonic() - began
    dice = random.Random(seed)
    for _ in range(6):
        kill_after(weir, dice.uniform(0, whole), hour)
    weir.ingest(hour)
    assert_same(duck, rows(other, duck), rows(weir, duck))
    assert weir.query("WeirBlobs | summarize Tuples = sum(Tuples)") == other.query(
        "WeirBlobs | summarize Tuples = sum(Tuples)"
    )


def test_killed_again_and_again(weir, other, duck, hour, tmp_path):
    """Ingests and maintenance in turn, each of them killed: WEIR_KILLS of them, and a last one of each that is not."""
    kills = int(os.environ.get("WEIR_KILLS", 6))
    dice = random.Random(23)
    sources = {path: path.read_bytes() for path in sorted(hour.rglob("PT1H.json"))}
    # Blobs grow for as long as there are kills.
    for kill in range(1, kills + 1):
        for source, text in sources.items():
            part = tmp_path / "growing" / source.relative_to(hour)
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(text[: len(text) * kill // kills])
        if dice.random() < 0.3:
            weir.run("ingest", tmp_path / "growing", check=False)
        command = ["maintain"] if kill % 3 == 0 else ["ingest", str(tmp_path / "growing")]
        process = subprocess.Popen(
            [BINARY, "--data", str(weir.data), *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(dice.uniform(0, float(os.environ.get("WEIR_KILL_SECONDS", 0.4))))
        process.kill()
        process.wait()
    weir.ingest(tmp_path / "growing", check=False)
    weir.run("maintain")
    other.ingest(hour)
    assert_same(duck, rows(other, duck), rows(weir, duck))
    assert weir.query("WeirBlobs | summarize sum(Tuples)") == other.query("WeirBlobs | summarize sum(Tuples)")


def test_killed_while_blobs_grow(weir, other, duck, hour, tmp_path):
    """Each minute a prefix more, each run killed at some time, and a last run that is not."""
    dice = random.Random(11)
    sources = sorted(path for path in hour.rglob("PT1H.json"))
    for part in [3, 2, 1]:
        for source in sources:
            text = source.read_bytes()
            target = tmp_path / "growing" / source.relative_to(hour)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text[: len(text) // part])
        kill_after(weir, dice.uniform(0.05, 0.6), tmp_path / "growing")
        weir.ingest(tmp_path / "growing", check=False)
    other.ingest(hour)
    assert_same(duck, totals(other, duck), totals(weir, duck))
