"""The raw tuples behind rows: they sum to the rows, stand where they are said to stand, and what is gone is named."""

import csv
import gzip
import io
import json
import random
import shutil
from collections import defaultdict

import pytest

from product import Weir, serving, simulate

KEY = [
    "FlowIntervalStartTime",
    "LogResourceId",
    "FlowLogResourceId",
    "TargetResourceId",
    "MacAddress",
    "SrcIp",
    "SrcPublicIps",
    "DestIp",
    "DestPublicIps",
    "DestPort",
    "L4Protocol",
    "AclGroup",
    "AclRule",
    "NsgRuleType",
    "FlowDirection",
    "FlowStatus",
    "FlowEncryption",
]
STARTS = {"Begin", "Deny", ""}


def raw(weir, *flags, rows=None, check=True):
    """The tuples, as a dictionary each, and how the program ended."""
    query = ("--file", "-") if rows is not None else ()
    done = weir.run("raw", "--format", "csv", *query, *flags, text=rows, check=check)
    return list(csv.DictReader(io.StringIO(done.stdout))), done


def moment(time):
    """A time as a query prints it, microseconds and their tenths left out where there are none."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def table_of(rows):
    """Rows as a query that says them."""
    kinds = {"FlowIntervalStartTime": "datetime", "DestPort": "int"}
    columns = ", ".join(f"{name}: {kinds.get(name, 'string')}" for name in KEY)

    def cell(row, name):
        if name == "FlowIntervalStartTime":
            return f"datetime({moment(row[name])})"
        if name == "DestPort":
            return "int(null)" if row[name] is None else str(row[name])
        return quoted(row[name] or "")

    cells = ",\n".join(", ".join(cell(row, name) for name in KEY) for row in rows)
    return f"datatable({columns})[\n{cells}\n]"


def sums(tuples):
    """What a row has to say of its tuples."""
    number = lambda text: int(text or 0)
    started = defaultdict(int)
    for one in tuples:
        started[one["FlowStatus"], one["FlowDirection"]] += one["FlowState"] in STARTS
    total = lambda name: sum(number(one[name]) for one in tuples)
    return {
        "AllowedInFlows": started["Allowed", "Inbound"],
        "AllowedOutFlows": started["Allowed", "Outbound"],
        "DeniedInFlows": started["Denied", "Inbound"],
        "DeniedOutFlows": started["Denied", "Outbound"],
        "CompletedFlows": sum(one["FlowState"] == "End" for one in tuples),
        **{name: total(name) for name in COUNTED},
        "RecordCount": len({(one["Blob"], one["Record"]) for one in tuples}),
        "FlowStartTime": min(one["FlowTime"] for one in tuples),
        "FlowEndTime": max(one["FlowTime"] for one in tuples),
    }


COUNTED = ["PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc"]


def expected(row):
    names = ["AllowedInFlows", "AllowedOutFlows", "DeniedInFlows", "DeniedOutFlows", "CompletedFlows"]
    return {
        **{name: row[name] for name in [*names, *COUNTED, "RecordCount"]},
        "FlowStartTime": row["FlowStartTime"].strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "FlowEndTime": row["FlowEndTime"].strftime("%Y-%m-%dT%H:%M:%S.%f"),
    }


def seven(time):
    """`2026-06-01T10:00:00Z` with as many digits as a row's."""
    whole, _, fraction = time.rstrip("Z").partition(".")
    return f"{whole}.{(fraction + '000000')[:6]}"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Two hours of three companies, one of each generation of logs, and their rows."""
    folder = tmp_path_factory.mktemp("raw")
    for seed, form in [(1, "vnet"), (2, "nsg-v2"), (3, "nsg-v1")]:
        flags = ("--seed", seed, "--hours", 2, "--format", form, "--end", "2026-06-01T12:00:00Z")
        simulate(folder / "logs" / form, *flags)
    weir = Weir(folder / "data")
    weir.ingest(folder / "logs")
    return folder / "logs", weir, weir.table("NTANetAnalytics").to_pylist()


def test_tuples_of_a_thousand_rows_sum_to_every_counter(corpus):
    _, weir, rows = corpus
    chosen = random.Random(5).sample(rows, min(1000, len(rows)))
    assert {bool(row["FlowLogResourceId"]) for row in chosen} == {True, False}
    tuples, _ = raw(weir, rows=table_of(chosen))
    of_rows = defaultdict(list)
    for one in tuples:
        of_rows[int(one["Row"])].append(one)
    assert sorted(of_rows) == list(range(len(chosen)))
    assert {one["Version"] for one in tuples} == {"1", "2", "4"}
    for number, row in enumerate(chosen):
        found = sums(of_rows[number])
        found = {**found, **{name: seven(found[name]) for name in ["FlowStartTime", "FlowEndTime"]}}
        assert found == expected(row), row


def test_every_tuple_stands_where_it_is_said_to(corpus):
    logs, weir, _ = corpus
    tuples, done = raw(weir, "--where", "DestPort == 443", "--limit", 300)
    assert len(tuples) == 300 and "more tuples" in done.stderr
    for one in tuples:
        text = open(one["Blob"], "rb").read()
        record = text[int(one["Byte"]) :]
        assert record.startswith(b'{"time":'), record[:80]
        before = text[: int(one["Byte"])].count(b'{"time":')
        assert before == int(one["Record"])
    # As many as the ledger counts when everything is asked for.
    everything, _ = raw(weir, "--from", "2026-06-01", "--to", "2026-06-02")
    ledger = weir.query("WeirBlobs | summarize Tuples = sum(Tuples)")[0]
    assert len(everything) == int(ledger["Tuples"])


def test_times_narrow_the_tuples(corpus):
    _, weir, _ = corpus
    span = ("--from", "2026-06-01T10:15:00Z", "--to", "2026-06-01T10:30:00Z")
    some, _ = raw(weir, *span)
    everything, _ = raw(weir, "--from", "2026-06-01")
    within = [one for one in everything if "2026-06-01T10:15" <= one["FlowTime"] < "2026-06-01T10:30"]
    without = lambda tuples: sorted((one["Blob"], one["Record"], one["Tuple"]) for one in tuples)
    assert some and without(some) == without(within)


def test_what_is_gone_or_changed_is_named(corpus, tmp_path):
    logs, _, _ = corpus
    shutil.copytree(logs / "vnet", tmp_path / "logs")
    weir = Weir(tmp_path / "data")
    weir.ingest(tmp_path / "logs")
    everything = ("--from", "2026-06-01")
    whole, _ = raw(weir, *everything)
    tuples_of = lambda blob: sum(one["Blob"] == str(blob) for one in whole)
    blobs = sorted(tmp_path.rglob("PT1H.json"), key=tuples_of)
    gone, shorter, changed, packed = blobs[-4:]
    gone.unlink()
    text = shorter.read_bytes()
    shorter.write_bytes(text[: len(text) // 2])
    text = changed.read_bytes()
    changed.write_bytes(text.replace(b",T,", b",U,").replace(b",6,", b",17,"))
    # The same bytes in another place, packed.
    copy = tmp_path / "elsewhere" / "kept.json.gz"
    copy.parent.mkdir()
    copy.write_bytes(gzip.compress(packed.read_bytes()))
    packed.unlink()
    some, done = raw(weir, *everything, check=False)
    assert done.returncode == 3
    for blob, reason in [(gone, "gone"), (shorter, "shorter"), (changed, "changed"), (packed, "gone")]:
        line = next(line for line in done.stderr.splitlines() if str(blob) in line)
        assert line.startswith("missing: ") and reason in line and f"{tuples_of(blob):,} tuples" in line, line
    assert len(some) == len(whole) - sum(map(tuples_of, [gone, shorter, changed, packed]))
    # Whoever kept a copy names its folder.
    more, done = raw(weir, copy.parent, *everything, check=False)
    assert done.returncode == 3 and str(packed) not in done.stderr
    assert len(more) == len(some) + tuples_of(packed)
    of_copy = lambda tuples: sum(one["Blob"] == str(packed) for one in tuples)
    assert of_copy(more) == tuples_of(packed) and of_copy(some) == 0
    # One whose blobs are all gone is no answer.
    shutil.rmtree(tmp_path / "logs")
    none, done = raw(weir, *everything, check=False)
    assert done.returncode == 1 and none == []


def test_a_blob_that_grew_is_read_as_the_ledger_says(weir, corpus, tmp_path):
    logs, _, _ = corpus
    source = max((logs / "vnet").rglob("PT1H.json"), key=lambda path: path.stat().st_size)
    text = source.read_bytes()
    blob = tmp_path / "blob.json"
    for part in [3, 2, 1]:
        blob.write_bytes(text[: len(text) // part])
        weir.ingest(blob, check=False)
    known, _ = raw(weir, "--from", "2026-06-01")
    assert {one["Batch"] for one in known} == {"1", "2", "3"}
    places = [(int(one["Record"]), int(one["Tuple"])) for one in known]
    assert len(set(places)) == len(places)
    ledger = weir.query("WeirBlobs | summarize Tuples = sum(Tuples) by Batch")
    for row in ledger:
        assert sum(one["Batch"] == row["Batch"] for one in known) == int(row["Tuples"])
    # What was written behind it and not read yet is nobody's.
    blob.write_bytes(text[:-2] + text[12:])
    again, _ = raw(weir, "--from", "2026-06-01")
    assert len(again) == len(known)


def test_what_is_meant_must_be_said(weir, corpus):
    _, filled, _ = corpus
    done = filled.run("raw", check=False)
    assert done.returncode == 1 and "--where" in done.stderr
    done = filled.run("raw", "--where", "SrcIP == '10.0.0.4'", check=False)
    assert done.returncode == 1 and "SrcIp" in done.stderr
    done = filled.run("raw", "--file", "-", text="print x = 1", check=False)
    assert done.returncode == 1 and "MacAddress" in done.stderr
    done = weir.run("raw", "--where", "true", check=False)
    assert done.returncode == 1 and "weir ingest" in done.stderr


def test_clients_are_shown_tuples_where_the_server_may_read(corpus):
    logs, weir, _ = corpus
    path = "/api/v1/workspaces/default/raw"
    wanted = {"where": "DestPort == 443", "limit": 50}
    with serving(weir.data) as server:
        refused = server.request(path, wanted)
        assert refused.status == 403 and "--sources" in refused.json()["error"]["message"]
    with serving(weir.data, "--sources", logs / "vnet") as server:
        reply = server.request(path, {"where": "DestPort == 443 and FlowLogResourceId != ''", "limit": 50})
        assert reply.status == 200 and len(reply.json()) == 50 and "50 tuples" in reply.headers["weir-cut"]
        of_command, _ = raw(weir, "--where", "DestPort == 443 and FlowLogResourceId != ''", "--limit", 50)
        place = lambda one: (one["Blob"], int(one["Record"]), int(one["Tuple"]))
        assert [place(one) for one in reply.json()] == [place(one) for one in of_command]
        # The others are outside of the folder.
        reply = server.request(path, {"where": "FlowLogResourceId == ''", "limit": 50}, Accept="text/csv")
        missing = reply.json() if reply.status != 200 else json.loads(reply.headers["weir-missing"])
        assert missing["count"] > 0 and "outside" in missing["blobs"][0]["why"], missing
        assert len(reply.body.splitlines()) == 1
        for bad in [{}, {"where": "x", "query": "y"}, {"where": 7}, {"where": "SrcIP == 1"}, {"query": "print x = 1"}, []]:
            assert server.request(path, bad).status == 400, bad
        assert server.request("/api/v1/workspaces/nobody/raw", wanted).status == 404
        assert server.answers()
