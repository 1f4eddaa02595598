"""weir doctor: what was damaged is found, nothing else is, and the exit code tells."""

import gzip
import json
import shutil

import pytest

from product import Weir, serving, simulate

END = "2026-06-02T00:00:00Z"
NOW = "2026-06-02T01:00:00Z"
DAY = "y=2026/m=06/d=01"
#: An interface that logs in every hour, about 25 records each, and the log that it is in.
NIC, MAC, LOG = "flowlogs/nic-app-01", "00-0D-3A-14-4D-1C", "vnet-tillermoor-weu-flowlog"


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A day of the invented company."""
    folder = tmp_path_factory.mktemp("company") / "logs"
    simulate(folder, "--hours", 24, "--end", END)
    return folder


@pytest.fixture
def logs(company, tmp_path):
    """A copy of the day that a test may damage."""
    return shutil.copytree(company, tmp_path / "logs")


def blobs(logs, hours=range(24), mac=MAC, log=LOG):
    """The blobs of an interface, or of a whole flow log, hour by hour."""
    name = f"macAddress={mac.replace('-', '')}" if mac else "macAddress=*"
    found = [
        path
        for hour in hours
        for path in sorted(logs.rglob(f"{DAY}/h={hour:02}/m=00/{name}/PT1H.json"))
        if log.upper() in str(path).upper()
    ]
    assert found
    return found


def fill(weir, logs, taken="2026-05-31T00:00:00Z", feeds="2026-05-31T00:00:00Z", check=True):
    """Fills a data folder as people do: inventory, feeds, logs."""
    if taken:
        weir.know(logs, taken=taken)
    if feeds:
        weir.run("intel", "import", "--as-of", feeds, logs / "intel")
    weir.ingest(logs, check=check)
    return weir


def doctor(weir, *flags):
    """Everything that doctor says, by check, and its exit code."""
    now = () if "--now" in flags else ("--now", NOW)
    done = weir.run("doctor", "--format", "json", *now, *flags, check=False)
    assert done.returncode in (0, 4), done.stderr
    report = json.loads(done.stdout)
    checks = {check["check"]: check for check in report["checks"]}
    worse = any(check["verdict"] in ("warning", "problem") for check in checks.values())
    assert done.returncode == (4 if worse else 0)
    assert (report["warnings"] + report["problems"] > 0) == worse
    return checks


def bad(checks):
    """What is a warning or worse."""
    return {name: check["verdict"] for name, check in checks.items() if check["verdict"] in ("warning", "problem")}


def warned(check):
    return [row for row in check["rows"] if row["Verdict"] in ("warning", "problem")]


def test_a_healthy_folder(weir, logs):
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {}
    assert checks["read"]["verdict"] == checks["twice"]["verdict"] == checks["inventory"]["verdict"] == "ok"
    assert checks["read"]["rows"][0]["Nics"] == 42
    # Interfaces that log little are told of, and not complained of.
    assert checks["hours"]["verdict"] == "note" and checks["hours"]["found"] > 10
    reasons = {row["Reason"]: row["Rows"] for row in checks["unknown"]["rows"]}
    assert sum(reasons.values()) == len(weir.query("NTANetAnalytics | where FlowType == 'Unknown'"))
    assert "multicast, broadcast or unspecified address" in reasons
    # What is shown to people: every check, and how many of what.
    text = weir.run("doctor", "--now", NOW).stdout
    assert all(check["title"] in text for check in checks.values()) and "0 problems, 0 warnings" in text
    # Blobs that were copied elsewhere are not read, and so not found, twice.
    shutil.copytree(logs, logs.parent / "copies")
    weir.ingest(logs.parent / "copies")
    assert bad(doctor(weir)) == {}


@pytest.mark.parametrize("seed", [2, 3])
def test_a_healthy_week(weir, tmp_path, seed):
    simulate(tmp_path / "logs", "--seed", seed, "--days", 7, "--end", END)
    assert bad(doctor(fill(weir, tmp_path / "logs"))) == {}


def test_every_query_can_be_asked_by_anybody(weir, logs):
    checks = doctor(fill(weir, logs), "--from", "2026-06-01T06:00:00Z")
    for name, check in checks.items():
        if check["query"] and name != "unknown":
            assert len(weir.query(check["query"])) == check["found"], name


def test_hours_of_an_interface_are_missing(weir, logs):
    for path in blobs(logs, hours=(10, 11, 12)):
        path.unlink()
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {"hours": "warning"}
    [row] = warned(checks["hours"])
    assert (row["What"], row["Nic"], row["MacAddress"], row["Hours"]) == ("interface", NIC, MAC, 3)
    assert (row["From"][:16], row["To"][:16]) == ("2026-06-01T10:00", "2026-06-01T13:00")
    assert NIC in checks["hours"]["examples"][0] and "storage account" in checks["hours"]["advice"]
    # Of a time without the gap nothing is said.
    assert bad(doctor(weir, "--from", "2026-06-01T13:00:00Z")) == {}


def test_hours_of_a_flow_log_are_missing(weir, logs):
    for path in blobs(logs, hours=(10, 11), mac=None):
        path.unlink()
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {"hours": "warning"}
    # Its interfaces are not told one by one.
    [row] = warned(checks["hours"])
    assert (row["What"], row["FlowLog"].rsplit("/", 1)[1], row["MacAddress"], row["Hours"]) == ("flow log", LOG, "", 2)


def test_all_logs_of_some_hours_are_missing(weir, logs):
    for path in list(logs.rglob(f"{DAY}/h=1[45]")):
        shutil.rmtree(path)
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {"hours": "warning"}
    [row] = warned(checks["hours"])
    assert (row["What"], row["FlowLog"], row["Hours"]) == ("everything", "", 2)


def test_minutes_are_missing(weir, logs):
    [path] = blobs(logs, hours=[10])
    blob = json.loads(path.read_text())
    kept = [record for record in blob["records"] if record["time"] < "2026-06-01T10:15"]
    assert 5 <= len(kept) < len(blob["records"])
    path.write_text(json.dumps({"records": kept}))
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {"minutes": "warning"}
    [row] = warned(checks["minutes"])
    assert (row["MacAddress"], row["From"][:19], row["What"]) == (MAC, kept[-1]["time"][:19], "between readings")
    assert row["Minutes"] > 40 and row["To"] > "2026-06-01T11:00"


def test_an_interface_logs_no_longer(weir, logs):
    for path in blobs(logs, hours=range(19, 24)):
        path.unlink()
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {"stopped": "warning"}
    [row] = warned(checks["stopped"])
    assert (row["What"], row["MacAddress"], row["Stopped"][:13]) == ("interface", MAC, "2026-06-01T18")


def test_nothing_comes_any_more(weir, logs):
    fill(weir, logs)
    # Logs that were read long after they were written are an archive.
    assert doctor(weir, "--now", "2026-06-03T00:00:00Z")["read"]["verdict"] == "note"
    assert doctor(weir, "--now", "2026-06-03T00:00:00Z", "--to", END)["read"]["verdict"] == "ok"


def test_logs_are_awaited_where_they_were_read_as_they_came(weir, tmp_path):
    simulate(tmp_path / "logs", "--hours", 3)
    weir.ingest(tmp_path / "logs")
    assert json.loads(weir.run("doctor", "--format", "json", check=False).stdout)["checks"][0]["verdict"] == "ok"
    later = weir.run("doctor", "--format", "json", "--now", "2999-01-01", check=False)
    assert later.returncode == 4
    assert "weir ingest is still run" in json.loads(later.stdout)["checks"][0]["advice"]


def test_an_interface_never_logged(weir, logs):
    for path in blobs(logs):
        path.unlink()
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {"never": "warning"}
    [row] = checks["never"]["rows"]
    assert (row["Nic"], row["MacAddress"], row["FlowsAreLogged"]) == (NIC, MAC, True)


def edited(logs, edit):
    """Changes the rows of the inventory's export."""
    path = logs / "inventory" / "resource-graph.json"
    export = json.loads(path.read_text())
    export["data"] = edit(export["data"])
    export["count"] = len(export["data"])
    path.write_text(json.dumps(export))


def test_flows_of_a_network_are_not_logged(weir, logs):
    """Neither flow log nor blobs: it may be meant so."""
    shutil.rmtree(next(logs.rglob("*VNET-LAB-UKS-FLOWLOG")))
    edited(logs, lambda rows: [row for row in rows if not row["name"].lower().endswith("vnet-lab-uks-flowlog")])
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {}
    assert {row["Nic"] for row in checks["never"]["rows"]} == {"rg-lab/nic-lab-01", "rg-lab/nic-lab-02"}
    assert checks["never"]["verdict"] == "note"


def test_an_interface_is_in_no_inventory(weir, logs):
    edited(logs, lambda rows: [row for row in rows if row["name"] not in ("nic-app-01", "vm-app-01")])
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {"strangers": "warning"}
    [row] = checks["strangers"]["rows"]
    assert row["MacAddress"] == MAC and row["Rows"] == len(weir.query(f"NTANetAnalytics | where MacAddress == '{MAC}'"))


def test_flows_are_logged_twice(weir, logs, tmp_path):
    both = tmp_path / "both"
    simulate(both, "--hours", 24, "--end", END, "--format", "both")
    nsg = "insights-logs-networksecuritygroupflowevent"
    hours = range(6, 10)
    for path in blobs(both, hours=hours, log="NETWORKSECURITYGROUPS"):
        place = logs / path.relative_to(both)
        assert nsg in str(place)
        place.parent.mkdir(parents=True)
        shutil.copy(path, place)
    checks = doctor(fill(weir, logs))
    assert bad(checks) == {"twice": "warning"}
    [row] = checks["twice"]["rows"]
    assert (row["Kind"], row["Nic"], row["MacAddress"]) == ("NSG and VNet flow logs", NIC, MAC)
    assert (row["Hours"], row["From"][:13], row["To"][:13]) == (4, "2026-06-01T06", "2026-06-01T10")
    assert row["SurplusBytes"] > 0
    assert {row["Format"] for row in checks["formats"]["rows"]} == {"VNet flow logs, version 4", "NSG flow logs, version 2"}


def test_version_1_has_no_counters(weir, tmp_path):
    simulate(tmp_path / "logs", "--hours", 3, "--end", END, "--format", "nsg-v1")
    formats = doctor(fill(weir, tmp_path / "logs"))["formats"]
    assert [row["Format"] for row in formats["rows"]] == ["NSG flow logs, version 1"] and formats["verdict"] == "note"


def test_tuples_records_and_blobs_are_broken(weir, logs):
    first, second, third = blobs(logs, hours=(8, 9, 10))
    blob = json.loads(first.read_text())
    tuples = blob["records"][3]["flowRecords"]["flows"][0]["flowGroups"][0]["flowTuples"]
    tuples[0] = "soon," + tuples[0].split(",", 1)[1]
    blob["records"][7]["flowLogVersion"] = 9
    lost = sum(len(group["flowTuples"]) for flow in blob["records"][7]["flowRecords"]["flows"] for group in flow["flowGroups"])
    first.write_text(json.dumps(blob))
    blob = json.loads(second.read_text())
    tuples = blob["records"][0]["flowRecords"]["flows"][0]["flowGroups"][0]["flowTuples"]
    tuples.append("1,2,3")
    second.write_text(json.dumps(blob))
    # Packed, and cut off: what there is of it can be used.
    packed = third.with_name("PT1H.json.gz")
    packed.write_bytes(gzip.compress(third.read_bytes())[:-200])
    third.unlink()
    fill(weir, logs, check=False)
    checks = doctor(weir)
    assert checks["discarded"]["verdict"] == "warning" and checks["formats"]["verdict"] == "problem"
    found = {(row["What"], row["Reason"]): row["Count"] for row in checks["discarded"]["rows"]}
    assert found == {
        ("records", "unknown version"): 1,
        ("tuples", "unknown version"): lost,
        ("tuples", "bad time"): 1,
        ("tuples", "too few fields"): 1,
    }
    places = {row["Reason"]: row["Example"] for row in checks["discarded"]["rows"]}
    assert places["bad time"] == str(first) and places["too few fields"] == str(second)
    unknown = [row for row in checks["formats"]["rows"] if row["RecordsDiscarded"]]
    assert [(row["Verdict"], row["RecordsDiscarded"]) for row in unknown] == [("problem", 1)]
    [row] = checks["partial"]["rows"]
    assert row["Blob"] == str(packed) and row["Detail"]
    assert set(bad(checks)) <= {"discarded", "formats", "partial", "hours"}


def test_the_inventory_is_old(weir, logs):
    checks = doctor(fill(weir, logs, taken="2026-05-01T00:00:00Z"))
    assert bad(checks) == {"inventory": "warning"}
    assert "31 days older" in checks["inventory"]["summary"] or "32 days older" in checks["inventory"]["summary"]
    assert bad(doctor(weir, "--inventory-age", "60d")) == {}


def test_feeds_are_old(weir, logs):
    checks = doctor(fill(weir, logs, feeds="2026-04-01T00:00:00Z"))
    assert bad(checks) == {"feeds": "warning"}
    assert {row["Kind"] for row in warned(checks["feeds"])} == {"service-tags", "geography", "threats"}
    weir.run("intel", "import", "--as-of", "2026-06-01", logs / "intel")
    assert bad(doctor(weir)) == {}


def test_there_is_no_inventory(weir, logs):
    checks = doctor(fill(weir, logs, taken=None, feeds=None))
    assert bad(checks) == {"inventory": "warning", "unknown": "warning"}
    [row] = checks["unknown"]["rows"]
    assert row["Reason"] == "no inventory of that time"
    assert row["Rows"] == len(weir.query("NTANetAnalytics | where FlowType == 'Unknown'"))
    assert checks["feeds"]["verdict"] == checks["never"]["verdict"] == "note"
    # It comes later: rows have to be told.
    weir.know(logs, taken="2026-05-31T00:00:00Z")
    checks = doctor(weir)
    assert bad(checks) == {"unknown": "warning"} and checks["unknown"]["advice"] == "weir redecorate"
    weir.run("redecorate")
    assert bad(doctor(weir)) == {}


def test_a_machine_was_deleted_between_two_inventories(weir, logs, tmp_path):
    """Its network went with it: neither address is known any more, and they were."""
    weir.know(logs, taken="2026-05-30T00:00:00Z")
    gone = ("rg-acquired-a", "rg-acquired-b")
    edited(logs, lambda rows: [row for row in rows if not any(f"/{group}/" in str(row).lower() for group in gone)])
    checks = doctor(fill(weir, logs))
    reasons = {row["Reason"]: row for row in checks["unknown"]["rows"]}
    row = reasons["an inventory of another time knows them: made later, or deleted before"]
    assert row["SrcIp"].startswith("10.50.0.") and row["Rows"] > 0


def test_nothing_is_there(weir, logs, tmp_path):
    done = weir.run("doctor", check=False)
    assert done.returncode == 1 and "weir ingest PATH" in done.stderr and done.stdout == ""
    weir.know(logs)
    checks = doctor(weir)
    assert bad(checks) == {"read": "problem"} and "weir ingest" in checks["read"]["advice"]
    fill(weir, logs)
    assert bad(doctor(weir, "--to", "2020-01-01")) == {"read": "problem"}


def test_what_is_not_understood(weir, logs):
    fill(weir, logs)
    for flags, code, word in [
        (["--check", "all"], 2, "read, twice, hours"),
        (["--from", "soon"], 1, "--from: 'soon' is no datetime"),
        (["--from", "2026-06-02", "--to", "2026-06-01"], 1, "--from is not before --to"),
        (["--format", "excel"], 2, "unknown format"),
        (["--workspace", "other"], 1, "there is no data"),
    ]:
        done = weir.run("doctor", *flags, check=False)
        assert done.returncode == code and word in done.stderr, (flags, done.stderr)


def test_forms(weir, logs):
    fill(weir, logs)
    lines = weir.run("doctor", "--now", NOW, "--format", "csv").stdout.splitlines()
    assert lines[0].startswith("Check,Verdict,Found") and len(lines) == 14
    # Of a single check everything.
    lines = weir.run("doctor", "--now", NOW, "--check", "hours", "--format", "csv").stdout.splitlines()
    assert lines[0].startswith("Verdict,What,FlowLog") and len(lines) > 10
    everything = weir.run("doctor", "--now", NOW, "--check", "hours", "--all", "--queries").stdout
    assert len(everything.splitlines()) > len(lines) and "WeirBlobs" in everything


def test_a_server_tells_the_same(weir, logs):
    for path in blobs(logs, hours=(10, 11, 12)):
        path.unlink()
    expected = doctor(fill(weir, logs))
    with serving(weir.data) as server:
        told = server.request(f"/api/v1/workspaces/default/doctor?now={NOW}&rows=2").json()
        assert told["verdict"] == "warning" and told["warnings"] == 1 and told["workspace"] == "default"
        for check in told["checks"]:
            rows = expected[check["check"]].pop("rows")
            assert check.pop("rows") == rows[:2]
            assert check == expected[check["check"]]
        later = server.request(f"/api/v1/workspaces/default/doctor?now={NOW}&from=2026-06-01T13:00:00Z").json()
        assert later["verdict"] == "note"
        for wrong in ("from=soon", "rows=x", "now=never", "from=2026-06-02&to=2026-06-01"):
            assert server.request(f"/api/v1/workspaces/default/doctor?{wrong}").status == 400
        assert server.request("/api/v1/workspaces/nowhere/doctor").status == 404
