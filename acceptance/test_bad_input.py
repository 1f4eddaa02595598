"""Input that is not what it should be: named with blob, record and reason; what is good beside it is used."""

import gzip
import json
import os
import resource
import signal
import subprocess

import pytest

from product import BINARY, SECONDS_MAX

GOOD = "1786654805000,10.0.0.1,10.0.0.2,4000,443,6,O,E,NX,1,100,2,200"


def record(*tuples, version=4, **other):
    return json.dumps(
        {
            "time": "2026-08-13T21:00:09.1234567Z",
            "flowLogVersion": version,
            "macAddress": "000D3A112233",
            "category": "FlowLogFlowEvent",
            "flowLogResourceID": "/SUBSCRIPTIONS/S/F",
            "flowRecords": {
                "flows": [{"aclID": "/a", "flowGroups": [{"rule": "UserRule_A", "flowTuples": list(tuples)}]}]
            },
            **other,
        },
        separators=(",", ":"),
    )


def blob(*records):
    return ('{"records":[' + ",".join(records) + "]}").encode()


def ingest(weir, path, tmp_path, *flags, **options):
    """The summary, what could not be used, and how the program ended."""
    bad = tmp_path / "bad.jsonl"
    done = weir.run("ingest", "--json", "--bad-records", bad, *flags, path, check=False, **options)
    told = [json.loads(line) for line in bad.read_text().splitlines()] if bad.exists() else []
    return json.loads(done.stdout) if done.stdout else None, told, done


def bytes_of(weir):
    return int(weir.query("NTANetAnalytics | summarize Bytes = sum(BytesSrcToDest)")[0]["Bytes"] or 0)


WRONG_TUPLES = {
    "too few fields": GOOD.rsplit(",", 1)[0].rsplit(",", 4)[0],
    "surplus fields": GOOD + ",1",
    "tuple of another generation": "1786654805,10.0.0.1,10.0.0.2,4000,443,T,O,A,E,1,100,2,200",
    "bad time": GOOD.replace("1786654805000", "yesterday"),
    "bad address": GOOD.replace("10.0.0.1,", "10.0.0.256,"),
    "bad port": GOOD.replace(",443,", ",65536,"),
    "bad protocol": GOOD.replace(",6,", ",256,"),
    "bad direction": GOOD.replace(",O,", ",X,"),
    "bad state": GOOD.replace(",E,", ",Q,"),
    "bad counter": GOOD.replace(",100,", ",9223372036854775808,"),
}


@pytest.mark.parametrize("reason", WRONG_TUPLES)
def test_a_wrong_tuple(weir, tmp_path, reason):
    text = blob(record(GOOD), record(GOOD, WRONG_TUPLES[reason], GOOD))
    (tmp_path / "a.json").write_bytes(text)
    summary, told, done = ingest(weir, tmp_path / "a.json", tmp_path)
    assert done.returncode == 3 and summary["tuples"] == 3
    assert summary["tuples_discarded"] == {reason.replace(" ", "_"): 1}
    [line] = told
    assert line["blob"] == str(tmp_path / "a.json") and (line["record"], line["tuple"]) == (1, 1)
    assert line["reason"] == reason and line["text"] == WRONG_TUPLES[reason]
    assert text[line["byte"] :].startswith(line["text"].encode())
    assert bytes_of(weir) == 300


WRONG_RECORDS = {
    "bad json": '{"time":"2026-08-13T21:00:09Z",@@@}',
    "unknown version": record(GOOD, version=7),
    "unknown category": record(GOOD, category="FirewallEvent"),
    "bad record time": record(GOOD, time="soon"),
    "bad record layout": record(GOOD, flowRecords={"flows": [{"aclID": "/a", "flowGroups": [7]}]}),
    "record too large": record(GOOD, padding="x" * (17 << 20)),
}


@pytest.mark.parametrize("reason", WRONG_RECORDS)
def test_a_wrong_record(weir, tmp_path, reason):
    wrong = WRONG_RECORDS[reason]
    text = blob(record(GOOD), wrong, record(GOOD))
    (tmp_path / "a.json").write_bytes(text)
    summary, told, done = ingest(weir, tmp_path / "a.json", tmp_path)
    assert done.returncode == 3 and summary["records"] == 2, done.stderr
    assert summary["records_discarded"] == {reason.replace(" ", "_"): 1}
    [line] = told
    assert (line["record"], line["tuple"], line["reason"]) == (1, None, reason)
    assert text[line["byte"] :].startswith(line["text"].encode()[:200]) and len(line["text"]) <= 1000
    assert line["byte"] == text.index(wrong.encode()[:40], len(record(GOOD)))
    assert bytes_of(weir) == 200


def test_not_json(weir, tmp_path):
    (tmp_path / "PT1H.json").write_bytes(b"this is a note, not a flow log\n" * 100)
    summary, told, done = ingest(weir, tmp_path, tmp_path)
    assert done.returncode == 1 and summary["blobs"]["without_flow_logs"] + summary["blobs"]["failed"] == 1
    assert "PT1H.json" in done.stderr + json.dumps(summary["incidents"])


def test_half_a_blob(weir, tmp_path):
    text = blob(*[record(GOOD) for _ in range(10)])
    (tmp_path / "a.json").write_bytes(text[: len(text) // 2])
    summary, told, done = ingest(weir, tmp_path / "a.json", tmp_path)
    # The rest may still come: it waits, and nothing is wrong.
    assert done.returncode == 0 and told == [] and summary["records"] == 4 and summary["waiting_bytes"] > 0
    (tmp_path / "a.json").write_bytes(text)
    assert weir.ingest(tmp_path / "a.json")["records"] == 6 and bytes_of(weir) == 1000


def test_half_a_packed_blob(weir, tmp_path):
    packed = gzip.compress(blob(*[record(GOOD, n=n, pad=os.urandom(3000).hex()) for n in range(100)]))
    (tmp_path / "a.json.gz").write_bytes(packed[: len(packed) // 2])
    summary, told, done = ingest(weir, tmp_path / "a.json.gz", tmp_path)
    assert done.returncode == 3 and summary["blobs"]["partly_read"] == 1 and summary["records"] > 0
    [line] = told
    assert line["blob"].endswith("a.json.gz") and line["reason"].startswith("partly read: ")


def test_absurd_nesting(weir, tmp_path):
    deep = '{"time":"2026-08-13T21:00:09Z","x":' + "[" * 1_000_000 + "]" * 1_000_000 + "}"
    (tmp_path / "a.json").write_bytes(blob(record(GOOD), deep, record(GOOD)))
    summary, told, done = ingest(weir, tmp_path / "a.json", tmp_path)
    assert done.returncode == 3 and summary["records"] == 2 and [line["record"] for line in told] == [1]


def packed_line(path, megabytes, before=b"", behind=b""):
    """A line of so many megabytes, packed on the way."""
    piece = b"x" * (1 << 20)
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(before)
        for _ in range(megabytes):
            out.write(piece)
        out.write(behind)


def memory_of(weir, *arguments):
    """The most memory that a run held, in MiB, and how it ended."""
    process = subprocess.Popen(
        [BINARY, "--data", str(weir.data), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, _ = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024, process.returncode, json.loads(out) if out else None


def test_a_line_without_end(weir, tmp_path):
    """It is passed over in pieces: memory does not follow its length."""
    path = tmp_path / "a.json.gz"
    head = b'{"records":[' + record(GOOD).encode() + b',{"time":"'
    tail = b'"},' + record(GOOD).encode() + b"]}"
    packed_line(path, 400, head, tail)
    memory, code, summary = memory_of(weir, "ingest", "--json", path)
    assert (code, summary["records"], summary["records_discarded"]) == (3, 2, {"record_too_large": 1})
    assert memory < 300, memory


def test_a_packed_bomb(weir, tmp_path):
    path = tmp_path / "PT1H.json.gz"
    packed_line(path, 400)
    assert path.stat().st_size < 4 << 20
    memory, code, summary = memory_of(weir, "ingest", "--json", path)
    assert code == 1 and summary["records"] == 0 and memory < 300, (code, memory)


def test_a_file_that_is_no_flow_log_and_one_that_is(weir, tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "package.json").write_text('{"name": "something", "version": "1.0.0"}')
    (tmp_path / "logs" / "flows.json").write_bytes(blob(record(GOOD)))
    summary, _, done = ingest(weir, tmp_path / "logs", tmp_path)
    assert summary["blobs"]["without_flow_logs"] == 1 and summary["records"] == 1
    assert "package.json" in done.stderr + json.dumps(summary["incidents"])


def test_what_cannot_be_read_does_not_stop_the_rest(weir, tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "good.json").write_bytes(blob(record(GOOD)))
    locked = tmp_path / "logs" / "locked.json"
    locked.write_bytes(blob(record(GOOD)))
    locked.chmod(0)
    if os.access(locked, os.R_OK):
        pytest.skip("this user reads everything")
    summary, told, done = ingest(weir, tmp_path / "logs", tmp_path)
    assert done.returncode == 3 and summary["records"] == 1 and summary["blobs"]["failed"] == 1
    assert any("locked.json" in line["blob"] for line in told)


def test_links_are_not_followed(weir, tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "secret.json").write_bytes(blob(record(GOOD)))
    (tmp_path / "logs" / "link.json").symlink_to(tmp_path / "secret.json")
    (tmp_path / "logs" / "good.json").write_bytes(blob(record(GOOD, GOOD)))
    summary, _, done = ingest(weir, tmp_path / "logs", tmp_path)
    assert done.returncode == 0 and summary["left_alone"]["links"] == 1 and summary["tuples"] == 2


def test_a_full_disk(weir, tmp_path):
    """A file that cannot be written ends the run; when there is room again, nothing was lost nor counted twice."""
    tuples = [GOOD.replace("10.0.0.2", f"10.{n >> 8}.{n & 255}.2").replace(",4000,", f",{n},") for n in range(20_000)]
    (tmp_path / "a.json").write_bytes(blob(*[record(*tuples[n : n + 100]) for n in range(0, len(tuples), 100)]))

    def no_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    arguments = [BINARY, "--data", str(weir.data), "ingest", str(tmp_path / "a.json")]
    done = subprocess.run(arguments, preexec_fn=no_room, capture_output=True, text=True, timeout=SECONDS_MAX)
    assert done.returncode == 1 and "because:" in done.stderr and "NTANetAnalytics" in done.stderr, done.stderr
    assert weir.query("NTANetAnalytics | count")[0]["Count"] == "0"
    assert weir.ingest(tmp_path / "a.json")["tuples"] == len(tuples)
    assert bytes_of(weir) == 100 * len(tuples)


def test_a_data_folder_of_another_format(weir, tmp_path):
    (tmp_path / "a.json").write_bytes(blob(record(GOOD)))
    weir.ingest(tmp_path / "a.json")
    settings = weir.data / "default" / "weir.json"
    said = json.loads(settings.read_text())
    settings.write_text(json.dumps({**said, "format_version": said["format_version"] + 1, "later": True}))
    for command in [("ingest", tmp_path / "a.json"), ("query", "NTANetAnalytics"), ("maintain",), ("raw", "--from", "2026")]:
        done = weir.run(*command, check=False)
        assert done.returncode == 1 and "format version" in done.stderr and "newer weir" in done.stderr, done.stderr
