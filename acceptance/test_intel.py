"""Feeds: kept, dated, asked, fetched, hunted by."""

import base64
import csv
import http.server
import io
import json
import threading
from contextlib import contextmanager

import duckdb
import pytest

from conftest import SAMPLES
from product import Weir, simulate

DROP_POINT = "136.144.58.113"
THREATS = {
    "Botnet", "C2", "CryptoMining", "DarkNet", "DDoS", "MaliciousUrl", "Malware", "Phishing", "Proxy", "PUA", "WatchList",
}


def rows(done):
    return list(csv.DictReader(io.StringIO(done.stdout)))


def lookup(weir, addresses, *flags):
    done = weir.run("intel", "lookup", "--format", "csv", *flags, text="\n".join(addresses) + "\n")
    return {row["Ip"]: row for row in rows(done)}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A day and a half of the company's logs, its inventory, and its feeds, imported after the logs."""
    folder = tmp_path_factory.mktemp("company")
    logs = folder / "logs"
    simulate(logs, "--hours", 40, "--end", "2026-06-03T18:00:00Z")
    weir = Weir(folder / "data")
    weir.know(logs, taken="2026-06-01T00:00:00Z")
    weir.ingest(logs)
    weir.run("intel", "import", "--as-of", "2026-06-04", logs / "intel")
    weir.logs = logs
    return weir


def test_feeds_say_what_the_simulation_meant(company):
    meant = duckdb.sql(
        f"""
        SELECT DISTINCT SrcIp::VARCHAR, DestIp::VARCHAR, FlowType::VARCHAR, Country::VARCHAR, AzureRegion::VARCHAR
        FROM read_parquet('{company.logs / "truth-rows.parquet"}')
        WHERE FlowType IN ('AzurePublic', 'ExternalPublic', 'MaliciousFlow')
        """
    ).fetchall()
    assert {row[2] for row in meant} == {"AzurePublic", "ExternalPublic", "MaliciousFlow"}
    known = lookup(company, sorted({ip for row in meant for ip in row[:2]}))
    for src, dest, flow_type, country, region in meant:
        public = [known[ip] for ip in (src, dest) if known[ip]["FlowType"] not in ("UnknownPrivate", "Unknown")]
        assert len(public) == 1, (src, dest)
        told = public[0]
        assert (told["FlowType"], told["AzureRegion"]) == (flow_type, region), (src, dest, told)
        # Azure's own addresses have a region and no country.
        assert flow_type == "AzurePublic" or told["Country"] == country != "", (src, dest, told)


def malicious(logs):
    """The public addresses of flows that are meant to be malicious."""
    ends = duckdb.sql(
        f"""
        SELECT unnest([SrcIp::VARCHAR, DestIp::VARCHAR]) AS Ip
        FROM read_parquet('{logs / "truth-rows.parquet"}') WHERE FlowType = 'MaliciousFlow'
        """
    ).fetchall()
    return {ip for (ip,) in ends if not ip.startswith("10.")}


def test_every_documented_type_of_threat_occurs_in_the_demo(company, demo):
    known = lookup(company, sorted(malicious(demo.logs)))
    assert {row["ThreatType"] for row in known.values()} == THREATS


def test_past_flows_are_hunted(company):
    done = company.run("intel", "hunt", "--format", "csv", check=False)
    assert done.returncode == 4, done.stderr
    found = rows(done)
    assert {row["Ip"] for row in found} == malicious(company.logs)
    leak = [row for row in found if row["Ip"] == DROP_POINT and row["PeerVm"].endswith("/vm-ops-01")]
    assert leak and all(row["Owner"] == "packet host inc." and row["Country"] == "nl" for row in leak)
    # As the table itself adds it up.
    total = company.query(f"weir_unfolded() | where DestIp == '{DROP_POINT}' | summarize b = sum(BytesSrcToDest)")
    assert sum(int(row["BytesToIp"]) for row in leak) == int(total[0]["b"]) > 0
    one = company.run("intel", "hunt", "--format", "csv", "--since", "2026-06-03T00:00:00Z", check=False)
    later = [row for row in rows(one) if row["Ip"] == DROP_POINT]
    assert 0 < sum(int(row["BytesToIp"]) for row in later) < int(total[0]["b"])
    assert company.run("intel", "hunt", "--since", "2026-07-01").returncode == 0
    assert "no feed 'elsewhere'" in company.run("intel", "hunt", "--source", "elsewhere", check=False).stderr


def test_an_answer_is_explained(company):
    told = rows(company.run("intel", "explain", DROP_POINT, "--format", "csv"))
    decided = {row["Word"]: row for row in told if row["Decided"] == "true"}
    assert decided["flow type"]["Value"] == "MaliciousFlow"
    assert (decided["country"]["Value"], decided["owner"]["Value"]) == ("nl", "packet host inc.")
    assert (decided["threat"]["Value"], decided["port"]["Value"]) == ("C2", "443")
    assert decided["threat"]["Place"] == "line 2" and decided["threat"]["Source"] == "threats"
    # The larger block has another place, and did not decide.
    others = [row for row in told if row["Word"] == "country" and row["Decided"] == "false"]
    assert [(row["Range"], row["Value"]) for row in others] == [("136.144.58.0/24", "us")]
    storage = rows(company.run("intel", "explain", "20.60.26.36", "--format", "csv"))
    decided = {row["Word"]: row["Value"] for row in storage if row["Decided"] == "true"}
    assert decided["flow type"] == "AzurePublic" and decided["service tag"] == "Storage.WestEurope"
    assert company.run("intel", "explain", "nonsense", check=False).returncode == 1


def test_the_list_tells_files_dates_and_what_they_give(company):
    listed = {row["File"]: row for row in rows(company.run("intel", "list", "--format", "csv"))}
    assert {name: row["Gives"] for name, row in listed.items()} == {
        "service-tags.json": "region, service tag",
        "geo.csv": "country, place",
        "asn.csv": "owner",
        "threats.csv": "threat",
    }
    assert all(row["AsOf"].startswith("2026-06-04") and row["Holds"] == "true" for row in listed.values())
    assert listed["service-tags.json"]["About"] == "cloud Public, change 1"


def test_files_follow_one_another(weir, tmp_path):
    for date, country in (("2026-01-01", "DE"), ("2026-03-01", "FR")):
        file = tmp_path / f"places-{date}.csv"
        file.write_text(f"network,country\n192.0.2.0/24,{country}\n")
        weir.run("intel", "import", file)
    again = json.loads(weir.run("intel", "import", "--json", file).stdout)
    assert again["files"][0]["new"] is False and again["files"][0]["source"] == "places"
    for at, country in (("2025-06-01", "de"), ("2026-02-28", "de"), ("2026-03-01", "fr")):
        assert lookup(weir, ["192.0.2.1"], "--at", at)["192.0.2.1"]["Country"] == country, at


def test_threats_are_held_to_their_time_and_columns_are_named(weir, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("1,192.0.2.9,2026-02-01,2026-03-01,exit\n2,192.0.2.10,,,\n3,nonsense,,,\n")
    done = weir.run(
        "intel", "import", "--columns", "address=2,valid-from=3,valid-until=4,description=5", "--threat-type", "Proxy",
        "--source", "exits", file, check=False,
    )
    assert done.returncode == 3 and "bad entry: " in done.stderr and "'nonsense' is no address" in done.stderr
    for at, flow_type in (("2026-01-31", "ExternalPublic"), ("2026-02-15", "MaliciousFlow"), ("2026-03-01", "ExternalPublic")):
        told = lookup(weir, ["192.0.2.9", "192.0.2.10"], "--at", at)
        assert told["192.0.2.9"]["FlowType"] == flow_type, at
        assert (told["192.0.2.10"]["ThreatType"], told["192.0.2.10"]["ThreatSource"]) == ("Proxy", "exits")
    allow = tmp_path / "mine.txt"
    allow.write_text("192.0.2.8/31\n")
    weir.run("intel", "import", "--kind", "allow", allow)
    assert lookup(weir, ["192.0.2.9"], "--at", "2026-02-15")["192.0.2.9"]["FlowType"] == "ExternalPublic"
    why = rows(weir.run("intel", "explain", "192.0.2.9", "--at", "2026-02-15", "--format", "csv"))
    assert {row["Why"] for row in why if row["Word"] == "threat"} == {"an allow list has it"}


def test_what_cannot_be_used_is_told(weir, tmp_path):
    for name, text in (("notes.txt", "words\n"), ("names.txt", "a.example\n"), ("x.mmdb", "nothing"), ("e.json", "{}")):
        file = tmp_path / name
        file.write_text(text)
        done = weir.run("intel", "import", file, check=False)
        assert done.returncode == 1 and name in done.stderr, done.stderr
    assert "there is no feed yet" in weir.run("intel", "list", check=False).stderr or not weir.data.exists()
    for wrong in (["--kind", "x"], ["--threat-type", "x"], ["--columns", "colour=1"], ["--columns", "address"]):
        assert weir.run("intel", "import", *wrong, file, check=False).returncode == 2


def test_all_real_files_at_once(weir):
    folders = [SAMPLES / name for name in ("geo", "service-tags", "threat-intel")]
    if not all(folder.exists() for folder in folders):
        pytest.skip(f"no samples in {SAMPLES}")
    done = weir.run("intel", "import", "--json", *folders, check=False)
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    kept = {file["file"]: file for file in told["files"]}
    assert kept["ServiceTags_Public_20251028.json"]["ranges"] == 93362
    assert kept["ServiceTags_Public_20251028.json"]["as_of"].startswith("2025-10-28")
    assert "ServiceTags_AzureGovernment_20260720.json" not in kept and told["findings"]["other_cloud"] == 1
    assert kept["dbip-country-lite.mmdb"]["gives"] == ["country"]
    assert kept["feodo-ipblocklist-2024-04-04.csv"]["ranges"] == 28
    known = lookup(weir, ["20.60.26.36", "85.239.243.155", "2.125.160.216", "1.128.0.1"])
    assert known["20.60.26.36"]["ServiceTag"] == "Storage.WestEurope"
    assert known["85.239.243.155"]["ThreatDescription"] == "Pikabot"
    assert known["2.125.160.216"]["Country"] == "gb"
    assert known["1.128.0.1"]["Owner"] == "Telstra Pty Ltd"
    gov = weir.run("intel", "import", "--cloud", "AzureGovernment", SAMPLES / "service-tags" / "ServiceTags_AzureGovernment_20260720.json")
    assert "cloud AzureGovernment, change 402" in gov.stdout


class Feeds(http.server.BaseHTTPRequestHandler):
    """Lists, tags and a collection in pages, for who has the password."""

    def do_GET(self):
        path, _, query = self.path.partition("?")
        password = "Basic " + base64.b64encode(b"me:secret-of-the-test").decode()
        indicator = '{{"type": "indicator", "id": "indicator--{0}", "pattern": "[ipv4-addr:value = \'192.0.2.{0}\']"}}'
        if path == "/lists/bad-2026-05-01.txt":
            status, text = 200, "192.0.2.99\n"
        elif self.headers.get("Authorization") != password:
            status, text = 401, "who are you?"
        elif path == "/api/collections/":
            status, text = 200, json.dumps({"collections": [{"id": "high", "can_read": True}]})
        elif path == "/api/collections/high/objects/":
            more = '"more": true, "next": "b", ' if "next=b" not in query else ""
            status, text = 200, f'{{{more}"objects": [{indicator.format(1 if more else 2)}]}}'
        else:
            status, text = 404, "no such thing"
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@contextmanager
def feeds():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feeds)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def test_feeds_are_fetched(weir, monkeypatch):
    with feeds() as url:
        weir.run("intel", "pull", f"{url}/lists/bad-2026-05-01.txt")
        refused = weir.run("intel", "pull", "--taxii", f"{url}/api/", check=False)
        assert refused.returncode == 1 and "401 who are you?" in refused.stderr
        monkeypatch.setenv("WEIR_FEED_USER", "me")
        monkeypatch.setenv("WEIR_FEED_PASSWORD", "secret-of-the-test")
        done = weir.run("intel", "pull", "--taxii", "--threat-type", "Botnet", f"{url}/api/", f"{url}/nowhere", check=False)
    assert done.returncode == 3 and "404" in done.stderr and "in 2 pages" in done.stderr, done.stderr
    assert "secret-of-the-test" not in done.stdout + done.stderr
    known = lookup(weir, ["192.0.2.1", "192.0.2.2", "192.0.2.99"])
    assert [row["ThreatType"] for row in known.values()] == ["Botnet", "Botnet", "WatchList"]
    assert [row["ThreatSource"] for row in known.values()] == ["high", "high", "bad"]
