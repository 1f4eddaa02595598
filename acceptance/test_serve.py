"""The server's own interface, and what it does beside answering: looking after itself and after its data."""

import csv
import io
import json
import socket
import subprocess
import threading
import time

import pyarrow
import pyarrow.ipc
import pyarrow.parquet
import pytest

from product import BINARY, Weir, serving, simulate

QUERY = "/api/v1/workspaces/default/query"
LONG = "range x from 1 to 1000000000 step 1 | extend y = hash_sha256(tostring(x)) | summarize dcount(y)"


def ask(server, query, accept="application/json", **members):
    return server.request(QUERY, {"query": query, **members}, Accept=accept)


def test_an_answer_has_the_form_that_was_asked_for(server):
    query = "range x from 1 to 3 step 1 | extend t = datetime(2020-01-01), s = 'a,b'"
    assert ask(server, query).json()[2] == {"x": 3, "t": "2020-01-01T00:00:00.0000000Z", "s": "a,b"}
    assert len(ask(server, query, "application/x-ndjson").body.splitlines()) == 3
    rows = list(csv.DictReader(io.StringIO(ask(server, query, "text/csv").body.decode())))
    assert [row["s"] for row in rows] == ["a,b"] * 3
    parquet = pyarrow.parquet.read_table(io.BytesIO(ask(server, query, "application/vnd.apache.parquet").body))
    stream = ask(server, query, "application/vnd.apache.arrow.stream")
    arrow = pyarrow.ipc.open_stream(io.BytesIO(stream.body)).read_all()
    assert arrow.column("x").to_pylist() == parquet.column("x").to_pylist() == [1, 2, 3]
    assert arrow.schema.field("t").type == pyarrow.timestamp("us", "UTC")
    assert ask(server, query, "image/png").status == 406


def test_a_question_has_parameters_a_time_and_a_limit(server):
    query = "declare query_parameters(n:long); range x from 1 to n step 1 | extend now = now()"
    reply = ask(server, query, parameters={"n": 5}, now="2020-01-01", rows=2)
    assert [row["x"] for row in reply.json()] == [1, 2] and "2 records" in reply.headers["weir-cut"]
    assert reply.json()[0]["now"].startswith("2020-01-01")
    assert ask(server, LONG, timeout=0.2).status == 504
    assert ask(server, "print 1; print 2").status == 400
    assert ask(server, "print 1; print 2", result=1).json() == [{"print_0": 2}]
    spanned = ask(server, "NTANetAnalytics | count", timespan="2026-05-31/2026-06-01").json()
    assert 0 < spanned[0]["Count"] < ask(server, "NTANetAnalytics | count").json()[0]["Count"]


def test_notes_come_along(server):
    reply = ask(server, "NTANetAnalytics | where FlowStatus == 'D' | count")
    [note] = json.loads(reply.headers["weir-notes"])
    assert note["severity"] in ("note", "warning") and note["start"] > 0


def test_saved_queries_are_listed_and_asked(server, demo):
    [saved] = server.request("/api/v1/queries").json()["queries"]
    assert saved == {"name": "count", "description": "How many flows there are."}
    assert "NTANetAnalytics | count" in server.request("/api/v1/queries/count").json()["query"]
    reply = server.request(QUERY, {"saved": "count"})
    assert reply.json() == [{"Count": demo.weir.table("NTANetAnalytics").num_rows}]
    assert server.request(QUERY, {"saved": "nothing"}).status == 404


def test_errors_have_places(server):
    error = ask(server, "NTANetAnalytics | where SrcIP == 1").json()["error"]
    [told] = error["diagnostics"]
    assert (error["code"], told["code"], told["start"], told["end"]) == ("semantics", "KS142", 24, 29)


def test_the_state_is_told(server, demo):
    status = server.request("/api/v1/status").json()
    [workspace] = status["workspaces"]
    tables = {table["name"]: table for table in workspace["tables"]}
    assert tables["NTANetAnalytics"]["rows"] == demo.weir.table("NTANetAnalytics").num_rows
    ingest = server.request("/api/v1/workspaces/default/ingest").json()
    assert ingest["total"]["Blobs"] == demo.summary["blobs"]["read"] and ingest["partial"] == []
    assert server.request("/api/v1/workspaces/nowhere/ingest").status == 404


TOPOLOGY = "/api/v1/workspaces/default/topology"


def test_without_an_inventory_the_topology_is_who_talks_to_whom(server):
    topology = server.request(f"{TOPOLOGY}?period=3650d&most=10").json()
    assert topology["source"] == "flows" and "weir topology import" in topology["note"]
    assert len(topology["links"]) == topology["linksFound"] == 10
    assert topology["nodes"][0]["bytes"] > 0 and topology["links"][0]["kind"] == "traffic"
    for wrong in ("level=x", "period=x", "most=0", "most=x", "source=x", "at=x", "level=region"):
        assert server.request(f"{TOPOLOGY}?{wrong}").status == 400


def test_the_topology_is_that_of_the_inventory(known):
    """Compared with the export that was imported, and with the truth about the links of flows."""
    export = json.loads((known.logs / "inventory" / "resource-graph.json").read_text())["data"]

    def named(*kinds):
        rows = [row for row in export if row["type"].lower() in kinds]
        return {"/".join([row["id"].lower().split("/")[2], *row["id"].lower().split("/")[4::4]]) for row in rows}

    with serving(known.weir.data) as server:
        topology = server.request(TOPOLOGY).json()
        assert (topology["source"], topology["note"]) == ("inventory", None)
        nodes = {node["id"]: node for node in topology["nodes"]}
        assert len(nodes) == len(topology["nodes"]) == topology["nodesFound"]
        assert len(topology["links"]) == topology["linksFound"]
        of_kind = lambda kind: {id for id, node in nodes.items() if node["kind"] == kind}  # noqa: E731
        assert of_kind("VirtualNetwork") == named("microsoft.network/virtualnetworks")
        assert of_kind("VirtualNetworkGateway") == named("microsoft.network/virtualnetworkgateways")
        nics = [row for row in export if row["type"].lower().endswith("networkinterfaces")]
        assert {nodes[id]["macAddress"] for id in of_kind("NetworkInterface")} == {
            row["properties"].get("macAddress", "") for row in nics
        }
        # Both ends of a link are told; of a circuit's connection the inventory names one.
        for link in topology["links"]:
            assert link["source"] in nodes, link
            assert link["destination"] in nodes or (link["kind"], link["destination"]) == ("connection", ""), link
        links = {(link["kind"], link["source"].split("/")[-1], link["destination"].split("/")[-1]) for link in topology["links"]}
        assert ("peering", "vnet-spoke-pay", "vnet-hub-weu") in links
        assert ("connection", "vpngw-hub", "lng-leeds") in links and ("connection", "vpngw-hub", "vpngw-lab") in links
        assert ("interface", "snet-app", "nic-app-01") in links and ("machine", "nic-app-01", "vm-app-01") in links
        peerings = sum(len(row["properties"].get("virtualNetworkPeerings", [])) for row in export)
        assert sum(link["kind"] == "peering" for link in topology["links"]) == peerings
        # Coarser, fewer, by flows.
        coarse = server.request(f"{TOPOLOGY}?level=network").json()
        assert {link["kind"] for link in coarse["links"]} == {"peering", "connection", "gateway"}
        fewer = server.request(f"{TOPOLOGY}?most=5").json()
        assert len(fewer["nodes"]) == len(fewer["links"]) == 5 and fewer["nodesFound"] == topology["nodesFound"]
        flows = server.request(f"{TOPOLOGY}?source=flows&level=network&period=3650d").json()
        assert (flows["source"], flows["note"]) == ("flows", None)
        assert "rg-hub/vnet-hub-weu" in {node["id"] for node in flows["nodes"]}


def test_the_topology_is_that_of_a_time(tmp_path):
    logs = tmp_path / "logs"
    simulate(logs, "--hours", 2, "--end", "2026-06-01T12:00:00Z")
    weir = Weir(tmp_path / "data")
    weir.know(logs, taken="2026-05-20T00:00:00Z")
    weir.ingest(logs)
    path = logs / "inventory" / "resource-graph.json"
    export = json.loads(path.read_text())
    export["data"] = [row for row in export["data"] if row["name"] not in ("nic-app-01", "vm-app-01")]
    path.write_text(json.dumps(export))
    weir.know(logs, taken="2026-06-10T00:00:00Z")
    with serving(weir.data) as server:
        def has(at):
            topology = server.request(f"{TOPOLOGY}{at}").json()
            return any(node["id"].endswith("/vm-app-01") for node in topology["nodes"]), topology["snapshot"][:8]

        assert has("?at=2026-06-01T12:00:00Z") == (True, "20260520")
        assert has("?at=2026-07-01") == has("") == (False, "20260610")
        # Before the first run that one holds, as it does for names.
        assert has("?at=2020-01-01") == (True, "20260520")


def test_its_description_names_what_is_there(server):
    description = server.request("/api/v1/openapi.json").json()
    for path, methods in description["paths"].items():
        place = path.replace("{workspace}", "default").replace("{name}", "count").replace("{id}", "x")
        for method in methods:
            reply = server.request(place, {"query": "print 1"} if method == "post" else None, method.upper())
            # Tuples are read again only where the server knows logs.
            expected = 403 if path.endswith("/raw") else 200
            assert reply.status == expected or "{id}" in path, (method, path, reply.body)


def test_figures_are_told(server):
    page = server.request("/metrics").body.decode()
    lines = dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    assert float(lines['weir_queries_total{outcome="answered"}']) > 0
    assert float(lines['weir_table_version{workspace="default",table="NTANetAnalytics"}']) >= 1
    assert float(lines["weir_queries_running"]) == 0
    for path, text in (("/healthz", b"ok\n"), ("/readyz", b"ready\n")):
        reply = server.request(path)
        assert (reply.status, reply.body) == (200, text)
    # The pages, or that there are none.
    assert server.request("/").status == 200


def test_a_commit_is_seen_within_a_second(tmp_path):
    logs = tmp_path / "logs"
    weir = Weir(tmp_path / "data")
    with serving(weir.data) as server:
        count = {"query": "NTANetAnalytics | count"}
        reply = server.request(QUERY, count)
        assert reply.status == 400 and b"weir ingest" in reply.body, "there is no data yet"
        simulate(logs, "--hours", 1, "--end", "2026-06-01T10:00:00Z")
        weir.ingest(logs)
        time.sleep(1)
        first = server.request(QUERY, count).json()[0]["Count"]
        assert first == weir.table("NTANetAnalytics").num_rows > 0
        simulate(tmp_path / "more", "--hours", 1, "--seed", 2, "--end", "2026-06-01T12:00:00Z")
        weir.ingest(tmp_path / "more")
        time.sleep(1)
        assert server.request(QUERY, count).json()[0]["Count"] == weir.table("NTANetAnalytics").num_rows > first


def test_workspaces_are_databases(tmp_path):
    weir = Weir(tmp_path / "data")
    for name, seed in (("one", 1), ("two", 2)):
        simulate(tmp_path / name, "--hours", 1, "--seed", seed, "--end", "2026-06-01T10:00:00Z")
        weir.run("ingest", tmp_path / name, "--workspace", name)
    with serving(weir.data) as server:
        reply = server.kusto(".show databases | project DatabaseName", "/v1/rest/mgmt", db="")
        assert [row[0] for row in reply.json()["Tables"][0]["Rows"]] == ["default", "one", "two"]

        def count(path, **members):
            reply = server.request(path, {"query": "NTANetAnalytics | count", **members})
            return reply.json()["tables"][0]["rows"][0][0]

        one, two = count("/v1/workspaces/one/query"), count("/v1/workspaces/two/query")
        assert count("/v1/workspaces/one/query", workspaces=["two", "one"]) == one + two
        assert count("/v1/workspaces/one/query", workspaces=["/subscriptions/x/workspaces/two"]) == one + two
        assert server.request("/v1/workspaces/one/query", {"query": "print 1", "workspaces": ["no"]}).status == 400


def test_a_client_that_goes_stops_its_query(server):
    def running():
        return server.request("/api/v1/running").json()["queries"]

    body = json.dumps({"db": "default", "csl": LONG}).encode()
    head = f"POST /v2/rest/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(head.encode() + body)
        until(lambda: len(running()) == 1)
        assert running()[0]["query"] == LONG
    until(lambda: running() == [])
    until(lambda: server.request("/api/v1/status").json()["running"] == 0)


def test_a_query_is_cancelled(server):
    for cancel in (
        lambda id: server.kusto(f'.cancel query "{id}"', "/v1/rest/mgmt"),
        lambda id: server.request(f"/api/v1/running/{id}", method="DELETE"),
    ):
        ended = []
        thread = threading.Thread(
            target=lambda: ended.append(
                server.request("/v2/rest/query", {"csl": LONG}, x_ms_client_request_id="my;query")
            )
        )
        thread.start()
        until(lambda: any(q["clientRequestId"] == "my;query" for q in server.request("/api/v1/running").json()["queries"]))
        assert cancel("my;query").status == 200
        thread.join(10)
        assert ended[0].status == 400 and b"cancelled" in ended[0].body
    assert server.request("/api/v1/running/nothing", method="DELETE").status == 404


def until(holds, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


def test_it_ends_after_what_it_does(demo):
    with serving(demo.weir.data) as server:
        replies = []
        slow = "range x from 1 to 200000 step 1 | extend y = hash_sha256(tostring(x)) | summarize dcount(y)"
        thread = threading.Thread(target=lambda: replies.append(ask(server, slow)))
        thread.start()
        until(lambda: server.request("/api/v1/running").json()["queries"])
        server.process.terminate()
        thread.join(60)
        assert replies[0].status == 200


def test_another_program_asks_it(server, demo):
    def query(kql, *flags, check=True, form="csv"):
        command = [BINARY, "query", "--server", server.url, "--format", form, *flags, kql]
        return subprocess.run(command, capture_output=True, text=True, check=check, timeout=60)

    kql = "NTANetAnalytics | summarize Bytes = sum(BytesSrcToDest) by SrcIp | top 5 by Bytes"
    assert list(csv.DictReader(io.StringIO(query(kql).stdout))) == demo.weir.query(kql)
    assert "NTANetAnalytics" in query(".show tables").stdout
    values = "print d = dynamic({'a': [1]}), t = now(), n = 1.5h, m = decimal(1.5), g = guid(null), x = -5"
    here = demo.weir.run("query", "--format", "csv", "--now", "2020-01-01", values).stdout
    assert query(values, "--now", "2020-01-01").stdout == here
    assert query("declare query_parameters(n:long); print n * 2", "-p", "n=21").stdout.split() == ["print_0", "42"]
    wrong = query("NTANetAnalytics | where SrcIP == 1", check=False)
    assert wrong.returncode == 1 and "write SrcIp" in wrong.stderr
    part = query("range x from 1 to 5 step 1", "--limit-rows", "2", check=False)
    assert part.returncode == 3 and part.stdout.split() == ["x", "1", "2"] and "not whole" in part.stderr
    chart = query("range x from 1 to 3 step 1 | extend y = x | render barchart", form="svg")
    assert chart.stdout.startswith("<svg")


def test_nobody_listens_for_others_by_accident(tmp_path):
    done = subprocess.run(
        [BINARY, "--data", str(tmp_path), "serve", "--listen", "0.0.0.0:0"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1 and "--anonymous" in done.stderr and "--tokens" in done.stderr


@pytest.fixture
def taken():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def test_a_port_that_is_taken_is_told(tmp_path, taken):
    command = [BINARY, "--data", str(tmp_path), "serve", "--listen", f"127.0.0.1:{taken}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and f"cannot listen on 127.0.0.1:{taken}" in done.stderr


def test_a_greedy_query_and_a_slow_reader_keep_nobody_from_asking(demo):
    """Of two places one is taken by a query that never ends; nobody is turned away, and memory has a limit."""
    flags = ["--running", "2", "--query-memory", "256MB", "--memory", "512MB"]
    with serving(demo.weir.data, *flags) as server:
        ended, answered = [], []
        greedy = threading.Thread(target=lambda: ended.append(ask(server, LONG, timeout=6).status))
        greedy.start()
        large = json.dumps({"csl": "range x from 1 to 300000 step 1 | project x, y = strcat(x, 'abcdefghijklmnopqrstuvwxyz')"})
        head = f"POST /v2/rest/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(large)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port)) as slow:
            slow.sendall((head + large).encode())
            query = "NTANetAnalytics | summarize count() by FlowType"
            clients = [
                threading.Thread(target=lambda: answered.extend(ask(server, query).status for _ in range(3)))
                for _ in range(8)
            ]
            for client in clients:
                client.start()
            for client in clients:
                client.join(120)
            slow.settimeout(60)
            assert slow.recv(15) == b"HTTP/1.1 200 OK"
        greedy.join(60)
        assert answered == [200] * 24 and ended == [504]
        assert server.memory_mib() < 1024


def test_logs_are_lines_of_json(demo):
    with serving(demo.weir.data, "--verbose", "--log", "json") as server:
        server.request("/v2/rest/query", {"csl": "print 1"}, x_ms_client_request_id="logged")
        until(lambda: any("logged" in line for line in server.said))
        [line] = [json.loads(line) for line in server.said if "logged" in line]
    assert (line["method"], line["path"], line["status"]) == ("POST", "/v2/rest/query", 200)
    assert line["level"] == "INFO" and line["milliseconds"] > 0
