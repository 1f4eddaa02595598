"""Blobs that grow, are copied, packed, cut off, filled from the front and touched at random: every tuple counts once."""

import gzip
import json
import os
import random

import pytest

from test_killed import kill_after

HOURS = "y=2026/m=08/d={:02}/h=21/m=00/macAddress=A/PT1H.json"
# The copies of one blob; one of them lies in a folder of the wrong day.
PLACES = ["a.json", "b.json.gz", "old/c.json", HOURS.format(13), "x/" + HOURS.format(14)]
RUBBISH = "@@rubbish@@"
MINUTES = 24


def vnet(blob, minute, tuples):
    flows = [f"1786654805000,10.0.{blob}.{minute},10.0.0.{n},4000,443,6,O,E,NX,1,100,2,200" for n in range(tuples)]
    return {
        "time": f"2026-08-13T21:{minute:02}:09.12345{blob:02}Z",
        "flowLogVersion": 4,
        "macAddress": f"000D3A1122{blob:02}",
        "category": "FlowLogFlowEvent",
        "flowLogResourceID": "/SUBSCRIPTIONS/S/F",
        "flowRecords": {"flows": [{"aclID": "/a", "flowGroups": [{"rule": "UserRule_A", "flowTuples": flows}]}]},
    }


def nsg(blob, minute, tuples):
    """A record that says nothing of its interface while there is no traffic."""
    flows = [f"1786654805,10.0.{blob}.{minute},10.0.0.{n},40,44,T,O,A,E,1,100,2,200" for n in range(tuples)]
    groups = [{"rule": "UserRule_A", "flows": [{"mac": f"0000000000{blob:02}", "flowTuples": flows}]}]
    return {
        "time": f"2026-08-13T21:{minute:02}:09Z",
        "category": "NetworkSecurityGroupFlowEvent",
        "resourceId": "/SUBSCRIPTIONS/S/N",
        "properties": {"Version": 2, "flows": groups if tuples else []},
    }


class Blob:
    """The records of one interface, and how many of them each of its copies holds."""

    def __init__(self, number, dice):
        self.dice, self.parts, self.tuples, self.copies = dice, [], [], {}
        kind = dice.choice([vnet, nsg])
        quiet = dice.randint(0, 3) if kind is nsg else 0
        for minute in range(MINUTES):
            count = 0 if minute < quiet else dice.randint(1, 4)
            # Before its first tuple a blob is known by its name alone, and rubbish counts in every copy.
            if minute > quiet and dice.random() < 0.05:
                self.add(RUBBISH, 0)
            self.add(json.dumps(kind(number, minute, count), separators=(",", ":")), count)

    def add(self, part, tuples):
        self.parts.append(part)
        self.tuples.append(tuples)

    def write(self, folder, place, parts, form):
        """Writes a state, never an earlier one than before."""
        text = ('{"records":[' + ",".join(self.parts[:parts]) + "]}").encode()
        if form != "whole":
            cut = self.dice.randint(0, len(text))
            text = text[:cut] + (b"\0" * (len(text) - cut) if form == "zeros" else b"")
        whole, end = 0, len('{"records":[')
        for part in self.parts[:parts]:
            if text[end : end + len(part)] != part.encode():
                break
            whole, end = whole + 1, end + len(part) + 1
        if whole < self.copies.get(place, 0):
            return self.write(folder, place, parts, "whole")
        self.copies[place] = whole
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.stat().st_mtime if path.exists() else 1_786_654_800
        path.write_bytes(gzip.compress(text) if place.endswith(".gz") else text)
        os.utime(path, (before + 1, before + 1))

    def grow(self, folder):
        for place in PLACES:
            if self.dice.random() < 0.35:
                parts = max(1, self.copies.get(place, 0) + self.dice.choice([0, 0, 1, 2, 5]))
                self.write(folder, place, min(parts, len(self.parts)), self.dice.choice(["whole", "cut", "zeros"]))

    def finish(self, folder):
        for place in self.copies:
            self.write(folder, place, len(self.parts), "whole")

    def expected(self):
        """Tuples of the furthest of its copies."""
        return sum(self.tuples[: max(self.copies.values(), default=0)])

    def rubbish(self):
        """Discarded records of a finished one: no two pieces of rubbish are neighbours, and none is last."""
        return self.parts.count(RUBBISH) if self.copies else 0


def counted(weir):
    """Tuples by the ledger and by the rows, whose tuples have a hundred bytes each."""
    ledger = weir.query("WeirBlobs | summarize Tuples = sum(Tuples), Discarded = sum(RecordsDiscarded)")[0]
    rows = weir.query("NTANetAnalytics | summarize Bytes = sum(BytesSrcToDest)")[0]
    number = lambda text: int(text or 0)
    return number(ledger["Tuples"]), number(rows["Bytes"]) // 100, number(ledger["Discarded"])


@pytest.mark.parametrize("seed", range(2))
def test_every_tuple_counts_once(weir, tmp_path, seed):
    dice = random.Random(seed)
    blobs = [Blob(number, dice) for number in range(4)]
    folders = [tmp_path / "logs" / str(number) for number in range(4)]
    for _ in range(5):
        for blob, folder in zip(blobs, folders):
            blob.grow(folder)
        (tmp_path / "logs").mkdir(exist_ok=True)
        if dice.random() < 0.4:
            kill_after(weir, dice.uniform(0.02, 0.25), tmp_path / "logs")
        weir.ingest(tmp_path / "logs", check=False)
        expected = sum(blob.expected() for blob in blobs)
        assert counted(weir)[:2] == (expected, expected)
    for blob, folder in zip(blobs, folders):
        blob.finish(folder)
    last = weir.ingest(tmp_path / "logs", check=False)
    expected = sum(blob.expected() for blob in blobs)
    assert counted(weir) == (expected, expected, sum(blob.rubbish() for blob in blobs))
    assert not any(last["blobs"][word] for word in ["overlapping", "replaced", "partly_read", "failed"]), last["blobs"]
    assert weir.ingest(tmp_path / "logs")["batches"] == 0
