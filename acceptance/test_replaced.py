"""Blobs that are not what they were: their rows are exchanged, and the tables are those of one ingest of what is there."""

import gzip
import json
import os
import random
import shutil
from pathlib import Path

import pytest

from product import Weir, simulate
from tables import assert_same, select
from test_killed import kill_after
from test_once import ABOUT_THE_INGEST

TABLES = ["NTANetAnalytics", "WeirPublicIps"]
TRAFFIC = "sum(PacketsSrcToDest), sum(BytesSrcToDest), sum(PacketsDestToSrc), sum(BytesDestToSrc)"


@pytest.fixture(scope="module")
def hours(tmp_path_factory):
    """Two hours of the invented company's logs, of both generations and every third interface."""
    folder = tmp_path_factory.mktemp("hours") / "logs"
    simulate(folder, "--hours", 2, "--end", "2026-06-01T12:00:00Z", "--format", "mixed")
    interfaces = sorted({path.parent.name for path in blobs(folder)})
    for path in blobs(folder):
        if path.parent.name not in interfaces[::3]:
            path.unlink()
    return folder


@pytest.fixture
def logs(hours, tmp_path):
    """A copy of them that a test may change."""
    shutil.copytree(hours, tmp_path / "logs")
    return tmp_path / "logs"


@pytest.fixture
def read(weir, logs):
    """A data folder that knows the inventory and has read the logs."""
    weir.know(logs)
    assert weir.ingest(logs)["folded"]["rows"] > 0
    return weir


def blobs(logs, hour="h="):
    """Blobs, the largest first."""
    found = [path for path in logs.rglob("PT1H.json") if hour in str(path)]
    return sorted(found, key=lambda path: (-path.stat().st_size, path))


def records(path):
    return json.loads(path.read_text())["records"]


def write(path, records):
    """Writes a blob as Azure does, later than before."""
    before = path.stat().st_mtime if path.exists() else 1_786_654_800
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"records":[' + ",".join(json.dumps(one, separators=(",", ":")) for one in records) + "]}")
    os.utime(path, (before + 1, before + 1))


def others(records):
    """The records of another blob of the same interface and hour: no tuple is as it was."""
    return [json.loads(json.dumps(one).replace(",443,", ",8443,").replace(",53,", ",5353,")) for one in records[1:]]


def content(weir, duck, name):
    table = weir.table(name)
    excluded = ", ".join(ABOUT_THE_INGEST & set(table.column_names))
    distinct = "DISTINCT" if name == "NTAIpDetails" else ""
    return select(duck, table, f"SELECT {distinct} * EXCLUDE ({excluded}) FROM written")


def assert_as_read_at_once(weir, duck, tmp_path, logs, *paths):
    """Put in order, the tables are those of a folder that reads what there is; the ledger agrees with them."""
    for name in ["ordered", "fresh"]:
        shutil.rmtree(tmp_path / name, ignore_errors=True)
    ordered, fresh = Weir(tmp_path / "ordered"), Weir(tmp_path / "fresh")
    shutil.copytree(weir.data, ordered.data)
    fresh.know(logs)
    fresh.ingest(*(paths or [logs]), check=False)
    for one in [ordered, fresh]:
        one.run("maintain")
    for name in [*TABLES, "NTAIpDetails"]:
        assert_same(duck, content(fresh, duck, name), content(ordered, duck, name))
    ledger = weir.query(f'WeirBlobs | where State != "Replaced" | summarize Tuples = sum(Tuples), {TRAFFIC}')[0]
    of_fresh = fresh.query(f"WeirBlobs | summarize Tuples = sum(Tuples), {TRAFFIC}")[0]
    assert ledger == of_fresh
    del ledger["Tuples"]
    assert weir.query(f"NTANetAnalytics | summarize {TRAFFIC}")[0] == ledger


def assert_nothing_to_do(weir, *paths):
    again = weir.ingest(*paths)
    assert (again["batches"], again["blobs"]["replaced"], again["blobs"]["shortened"]) == (0, 0, 0)


@pytest.mark.parametrize("maintained", [False, True])
def test_replaced_and_shortened_blobs_are_exchanged(read, duck, logs, tmp_path, maintained):
    if maintained:
        read.run("maintain")
    replaced, shortened, both = [blobs(logs, "h=11")[number] for number in [0, 1, 4]]
    write(replaced, others(records(replaced)))
    write(shortened, records(shortened)[:20])
    write(both, others(records(both))[:5])
    done = read.ingest(logs)
    assert (done["blobs"]["replaced"], done["blobs"]["shortened"]) == (2, 1)
    named = {incident["blob"]: incident["detail"] for incident in done["incidents"]}
    assert set(named) == {str(replaced), str(shortened), str(both)}
    assert "shorter" in named[str(shortened)] and "another record" in named[str(replaced)]
    assert done["exchanged"]["rows_left"] > done["exchanged"]["rows_came"] > 0 and done["batches"] == 1
    assert_as_read_at_once(read, duck, tmp_path, logs)
    assert_nothing_to_do(read, logs)


def test_the_summary_says_it_in_words(read, logs):
    blob = blobs(logs)[0]
    write(blob, records(blob)[:10])
    done = read.run("ingest", logs)
    assert "1 shortened" in done.stdout and "exchanged  " in done.stdout
    assert f"shortened: {blob}: it is shorter than what was read of it" in done.stderr


def test_what_grew_in_pieces_leaves_as_a_whole(weir, duck, logs, tmp_path):
    weir.know(logs)
    blob = blobs(logs)[0]
    whole = records(blob)
    for part in [10, 25, 40]:
        write(blob, whole[:part])
        weir.ingest(logs)
    write(blob, whole[:25] + others(whole[25:]))
    assert weir.ingest(logs)["blobs"]["replaced"] == 1
    assert_as_read_at_once(weir, duck, tmp_path, logs)
    # From there it grows as any other.
    write(blob, records(blob) + whole[:2])
    done = weir.ingest(logs)
    assert (done["blobs"]["read"], done["blobs"]["replaced"]) == (1, 0)
    assert_as_read_at_once(weir, duck, tmp_path, logs)
    states = weir.query("WeirBlobs | summarize Readings = count() by State | order by State asc")
    assert [row["State"] for row in states] == ["Read", "Replaced"] and states[1]["Readings"] == "3"


def late(logs):
    """Moves the last records of an interface's hour to its next blob, as Azure does with late ones."""
    for first in blobs(logs, "h=10"):
        second = Path(str(first).replace("h=10", "h=11"))
        if second.exists():
            moved = records(first)
            cut = len(moved) * 2 // 3
            write(first, moved[:cut])
            write(second, moved[cut:] + records(second))
            return first, second
    raise AssertionError("no interface has two hours")


@pytest.mark.parametrize("maintained", [False, True])
def test_rows_that_two_blobs_share_keep_what_the_other_has(weir, duck, logs, tmp_path, maintained):
    weir.know(logs)
    first, second = late(logs)
    weir.ingest(logs)
    if maintained:
        weir.run("maintain")
    write(first, others(records(first)))
    # The other blob need not be named.
    assert weir.ingest(first)["blobs"]["replaced"] == 1
    assert_as_read_at_once(weir, duck, tmp_path, logs)
    write(second, records(second)[:30])
    assert weir.ingest(second)["blobs"]["shortened"] == 1
    assert_as_read_at_once(weir, duck, tmp_path, logs)
    write(first, records(first)[:7])
    write(second, others(records(second)))
    assert weir.ingest(logs)["blobs"]["shortened"] == 1
    assert_as_read_at_once(weir, duck, tmp_path, logs)


def test_rows_stay_where_what_else_is_in_them_is_gone(weir, duck, logs, tmp_path):
    weir.know(logs)
    first, second = late(logs)
    weir.ingest(logs)
    unrelated = next(blob for blob in blobs(logs) if blob.parent.name != first.parent.name)
    before = [content(weir, duck, name) for name in TABLES]
    kept = second.read_bytes()
    second.unlink()
    write(first, others(records(first)))
    done = weir.run("ingest", "--json", first, check=False)
    summary = json.loads(done.stdout)
    assert done.returncode == 3 and summary["blobs"]["not_exchanged"] == 1 and summary["batches"] == 0
    detail = summary["incidents"][0]["detail"]
    assert "its rows stay as they were" in detail and f"{second} has flows of the same interface" in detail
    assert "it is gone" in detail
    for name, table in zip(TABLES, before):
        assert_same(duck, table, content(weir, duck, name))
    # It keeps no other blob of the day from being exchanged.
    write(unrelated, records(unrelated)[:3])
    summary = weir.ingest(logs, check=False)
    assert (summary["blobs"]["not_exchanged"], summary["blobs"]["shortened"]) == (1, 1)
    second.write_bytes(kept)
    assert weir.ingest(logs)["blobs"]["replaced"] == 1
    assert_as_read_at_once(weir, duck, tmp_path, logs)


def test_rows_stay_where_nothing_can_be_read(read, duck, logs):
    blob = blobs(logs)[0]
    before = [content(read, duck, name) for name in TABLES]
    for text in [b"", b'{"records":[]}', b"\x1f\x8b no gzip"]:
        blob.write_bytes(text)
        done = read.run("ingest", "--json", blob, check=False)
        blobs_of = json.loads(done.stdout)["blobs"]
        assert done.returncode in (1, 3) and blobs_of["not_exchanged"] + blobs_of["failed"] == 1, done.stdout
    for name, table in zip(TABLES, before):
        assert_same(duck, table, content(read, duck, name))


def test_a_copy_stands_for_what_a_blob_was(read, duck, logs, tmp_path):
    blob = blobs(logs)[0]
    copy = tmp_path / "copies" / "kept.json.gz"
    copy.parent.mkdir()
    copy.write_bytes(gzip.compress(blob.read_bytes()))
    assert read.ingest(copy)["blobs"]["copies"] == 1
    write(blob, others(records(blob)))
    assert read.ingest(logs)["blobs"]["replaced"] == 1
    assert_as_read_at_once(read, duck, tmp_path, logs, logs, copy.parent)
    assert_nothing_to_do(read, logs, copy.parent)
    # A copy that is gone by now takes its rows along only if they were read from it.
    shutil.rmtree(copy.parent)
    assert_nothing_to_do(read, logs)


def test_blobs_that_change_places_stay_what_they_are(read, duck, logs, tmp_path):
    one, two = blobs(logs)[:2]
    texts = one.read_bytes(), two.read_bytes()
    one.write_bytes(texts[1])
    two.write_bytes(texts[0])
    assert read.ingest(logs)["blobs"]["replaced"] == 2
    assert_as_read_at_once(read, duck, tmp_path, logs)
    assert_nothing_to_do(read, logs)


def test_a_file_of_any_name_may_hold_another_day_now(weir, duck, hours, tmp_path):
    weir.know(hours)
    folder = tmp_path / "files"
    one, two = blobs(hours)[:2]
    text = one.read_text().replace("2026-06-01T", "2026-05-31T")
    folder.mkdir()
    (folder / "any.json").write_text(text)
    (folder / "other.json").write_bytes(two.read_bytes())
    weir.ingest(folder)
    write(folder / "any.json", records(one))
    assert weir.ingest(folder)["blobs"]["replaced"] == 1
    assert_as_read_at_once(weir, duck, tmp_path, hours, folder)
    assert_nothing_to_do(weir, folder)


def test_raw_shows_what_a_blob_holds_now(read, logs):
    blob = blobs(logs)[0]
    write(blob, others(records(blob)))
    read.ingest(logs)
    live = read.query('WeirBlobs | where State != "Replaced" | summarize Tuples = sum(Tuples)')[0]
    done = read.run("raw", "--from", "2026-06-01", "--to", "2026-06-02", "--limit", 10_000_000, "--format", "csv")
    lines = done.stdout.splitlines()
    assert len(lines) - 1 == int(live["Tuples"]) and "missing" not in done.stderr


@pytest.mark.parametrize("seed", range(2))
def test_killed_in_the_middle(read, duck, logs, tmp_path, seed):
    dice = random.Random(seed)
    for blob in dice.sample(blobs(logs), 8):
        write(blob, others(records(blob)) if dice.random() < 0.5 else records(blob)[:15])
    for _ in range(6):
        kill_after(read, dice.uniform(0.02, 0.5), logs)
    read.ingest(logs)
    assert_as_read_at_once(read, duck, tmp_path, logs)
    assert_nothing_to_do(read, logs)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_becomes_of_blobs(weir, duck, logs, tmp_path, seed):
    """Blobs grow, shrink and are replaced, folders are put in order, runs are killed: what counts is what is there."""
    dice = random.Random(seed)
    weir.know(logs)
    sources = {blob: records(blob) for blob in dice.sample(blobs(logs), 6)}
    for step in range(6):
        for blob, whole in sources.items():
            text = dice.choice([whole, whole, others(whole)])
            if dice.random() < 0.6:
                write(blob, text[: dice.randint(1, len(text))])
        if dice.random() < 0.3:
            weir.run("maintain")
        if dice.random() < 0.5:
            kill_after(weir, dice.uniform(0.02, 0.5), logs)
        weir.ingest(logs, threads=dice.choice([1, 2, 4]))
    assert_as_read_at_once(weir, duck, tmp_path, logs)
    assert_nothing_to_do(weir, logs)
