"""Stored rows get the names that the inventory of their time has, however often it is stopped on the way."""

import json
import random
import subprocess
import threading
import time

import deltalake
import pytest

from product import BINARY, simulate
from tables import assert_same, select
from test_decoration import assert_alike

#: Two days, so that there are two commits.
SPAN = ["--hours", 3, "--end", "2026-06-02T02:00:00Z"]
TAKEN = "2026-06-01T00:00:00Z"
COUNTERS = ["PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc", "RecordCount", "CompletedFlows"]
SUMS = ", ".join(f'sum("{name}")::BIGINT' for name in COUNTERS)


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("redecorate") / "logs"
    simulate(folder, *SPAN)
    return folder


def redecorate(weir, *flags):
    return json.loads(weir.run("redecorate", "--json", *flags).stdout)


def sums(weir, duck):
    return select(duck, weir.table("NTANetAnalytics"), f"SELECT {SUMS} FROM written")


def versions(weir):
    return deltalake.DeltaTable(str(weir.data / "default" / "tables" / "NTANetAnalytics")).version()


def test_logs_first_is_inventory_first(weir, other, duck, logs):
    weir.ingest(logs)
    bare = weir.flows()
    totals = select(duck, weir.flows(), f"SELECT count(*), {SUMS} FROM written")
    weir.know(logs, taken=TAKEN)
    told = redecorate(weir)
    other.know(logs, taken=TAKEN)
    ingested = other.ingest(logs)
    assert_alike(duck, other, weir)
    assert_same(duck, totals, select(duck, weir.flows(), f"SELECT count(*), {SUMS} FROM written"))
    assert_same(duck, sums(weir, duck), select(duck, weir.flows(), f"SELECT {SUMS} FROM written"))
    assert (told["days"], told["days_changed"]) == (2, 2)
    folded = ingested["folded"]
    assert told["rows"] == ingested["rows"] - folded["groups"] + folded["rows"] == bare.num_rows
    assert folded["rows"] > folded["groups"] > 100
    assert told["decoration"] == ingested["decoration"]
    # Nothing is left to do, and nothing is done.
    before = versions(weir)
    again = redecorate(weir)
    assert (again["days_changed"], again["files_changed"], again["rows_changed"]) == (0, 0, 0)
    assert versions(weir) == before


def test_a_part_of_the_days(weir, duck, logs):
    weir.ingest(logs)
    weir.know(logs, taken=TAKEN)
    told = redecorate(weir, "--from", "2026-06-02", "--to", "2026-06-02")
    assert (told["days"], told["days_changed"]) == (1, 1)
    named = weir.query(
        "NTANetAnalytics | summarize Named = countif(isnotempty(SrcNic)) by Day = startofday(FlowIntervalStartTime)"
    )
    named = {row["Day"][:10]: int(row["Named"]) for row in named}
    assert named["2026-06-01"] == 0 < named["2026-06-02"]
    assert weir.run("redecorate", "--from", "June", check=False).returncode == 1


@pytest.mark.parametrize("seed", range(2))
def test_killed_and_run_again(weir, other, duck, logs, seed):
    weir.ingest(logs)
    weir.know(logs, taken=TAKEN)
    other.know(logs, taken=TAKEN)
    other.ingest(logs)
    totals = sums(weir, duck)
    dice = random.Random(seed)
    for _ in range(5):
        process = subprocess.Popen(
            [BINARY, "--data", str(weir.data), "redecorate"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(dice.uniform(0, 1.5))
        process.kill()
        process.wait()
        assert_same(duck, totals, sums(weir, duck))
    redecorate(weir)
    assert_alike(duck, other, weir)


def test_readers_see_whole_days(weir, duck, logs):
    """While names are given and taken away, a day is named altogether or not at all, and its sums stay."""
    weir.ingest(logs)
    weir.know(logs, taken=TAKEN)
    topology = weir.data / "default" / "topology"
    aside = weir.data / "aside"
    query = """
        NTANetAnalytics
        | summarize Flows = sum(AllowedInFlows + AllowedOutFlows), Bytes = sum(BytesSrcToDest), Known = countif(FlowType != "Unknown" and DestIp != "168.63.129.16" and SrcIp != "168.63.129.16")
          by Day = startofday(FlowIntervalStartTime)
        | sort by Day asc
    """
    ended = threading.Event()

    def write():
        for turn in range(4):
            redecorate(weir)
            topology.rename(aside) if turn % 2 == 0 else aside.rename(topology)
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = {}
    while not ended.is_set():
        for row in weir.query(query):
            known = seen.setdefault(row["Day"], set())
            known.add((row["Flows"], row["Bytes"], int(row["Known"])))
    writer.join()
    assert len(seen) == 2
    for day, states in seen.items():
        assert len({(flows, size) for flows, size, _ in states}) == 1, day
        assert len(states) <= 2, (day, states)


def test_an_explanation_says_what_rows_say(weir, logs):
    weir.know(logs, taken=TAKEN)
    weir.ingest(logs)
    found = weir.query(
        """
        weir_unfolded()
        | summarize arg_max(BytesSrcToDest, *) by FlowType, ConnectionType, FlowDirection
        """
    )
    assert len(found) > 10
    for row in found:
        asked = ["--mac", row["MacAddress"], "--at", row["FlowIntervalStartTime"], "--direction", row["FlowDirection"]]
        asked += ["--target", row["TargetResourceId"], "--format", "jsonl"]
        told = weir.run("explain-flow", row["SrcIp"], row["DestIp"], *asked).stdout
        steps = [json.loads(line) for line in told.splitlines()]
        said = {step["Kind"]: step["Candidate"] for step in steps if step["About"] == "column"}
        decorated = [name for name in row if name.startswith(("Src", "Dest", "Connect", "Private", "ExpressRoute"))]
        not_inventory = {"SrcIp", "DestIp", "SrcPorts", "DestPort", "SrcServiceTags", "DestServiceTags"}
        expected = {name: row[name] for name in decorated if row[name] and name not in not_inventory}
        assert said == expected, row
        [flow_type] = [step["Candidate"] for step in steps if step["About"] == "flow type"]
        [hop] = [step["Candidate"] for step in steps if step["About"] == "hop"]
        assert (flow_type, hop) == (row["FlowType"], row["IsFlowCapturedAtUdrHop"])
        assert all(step["Snapshot"].startswith("20260601T") for step in steps)
    asked = weir.run("explain-flow", "--row", f'SrcIp == "{found[0]["SrcIp"]}"')
    assert "taken" in asked.stdout and found[0]["SrcIp"] in asked.stderr


def test_without_an_inventory_an_explanation_says_so(weir, logs):
    weir.ingest(logs)
    assert "no snapshot" in weir.run("explain-flow", "10.1.1.4", "10.1.1.5").stdout
    for wrong in [("ten", "10.1.1.5"), ("10.1.1.4",), ("10.1.1.4", "10.1.1.5", "--at", "June")]:
        ended = weir.run("explain-flow", *wrong, check=False)
        assert ended.returncode in (1, 2) and ended.stderr
