"""What should not be sent: each gets an answer of its own, and the server lives."""

import json
import random
import socket

import pytest

from product import serving

KUSTO = "/v2/rest/query"
MONITOR = "/v1/workspaces/default/query"
OWN = "/api/v1/workspaces/default/query"


@pytest.fixture(autouse=True)
def it_lives(server):
    yield
    assert server.answers()


def is_refused(reply):
    """A status of the 400s with a body of JSON that says why."""
    assert 400 <= reply.status < 500, (reply.status, reply.body[:500])
    assert reply.json()["error"]["message"]
    return reply.status


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"5",
    "null": b"null",
    "invalid UTF-8": b'{"csl": "print \xff\xfe", "query": "print \xff"}',
    "a NUL": b'{"csl": "print \\u0000 |", "query": "print \\u0000 |"}',
    "a raw NUL": b'{"csl": "print 1\x00", "query": "print 1\x00"}',
    "half a surrogate": b'{"csl": "print \\ud800", "query": "print \\ud800"}',
    "no query": b'{"csl": "", "query": "  "}',
    "another type": b'{"csl": {"a": 1}, "query": [1]}',
    "deep JSON": b'{"csl": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep KQL": json.dumps({"csl": "print " + "(" * 100_000, "query": "print " + "(" * 100_000}).encode(),
    "deep and closed": json.dumps({"csl": f"print {'(' * 5000}1{')' * 5000}", "query": f"print {'(' * 5000}1{')' * 5000}"}).encode(),
    "long KQL": json.dumps({"csl": "print " + "1+" * 1_500_000 + "1", "query": "print " + "1+" * 1_500_000 + "1"}).encode(),
    "strange properties": b'{"csl": "print 1", "properties": "{", "query": "print (", "db": "default"}',
    "a time that is none": b'{"csl": "print 1", "properties": {"Options": {"servertimeout": "soon"}}, "query": "print 1", "timespan": "soon"}',
    "a huge number": b'{"csl": "print 1", "properties": {"Options": {"truncationmaxrecords": 1e400}}, "query": 1e400}',
}


@pytest.mark.parametrize("path", [KUSTO, "/v1/rest/query", "/v1/rest/mgmt", MONITOR, "/v1/$batch", OWN])
@pytest.mark.parametrize("body", BODIES)
def test_strange_bodies_are_refused(server, path, body):
    assert is_refused(server.request(path, BODIES[body])) in (400, 413)


@pytest.mark.parametrize("path", [KUSTO, MONITOR, OWN])
def test_a_hundred_megabytes_are_refused(server, path):
    before = server.memory_mib()
    text = b'{"csl": "print ' + b"1+" * 50_000_000 + b'1"}'
    assert is_refused(server.request(path, text)) == 413
    assert server.memory_mib() - before < 50


def test_random_bytes_are_refused(server):
    bytes_of = random.Random(1)
    for _ in range(200):
        body = bytes_of.randbytes(bytes_of.randrange(200))
        is_refused(server.request(bytes_of.choice([KUSTO, MONITOR, OWN]), body))


def test_broken_requests_are_refused(server):
    """Bodies that were well once, with a few bytes changed."""
    changes = random.Random(2)
    whole = json.dumps({
        "db": "default", "csl": "NTANetAnalytics | where SrcIp has '10.' | summarize count() by bin(TimeGenerated, 1h)",
        "properties": {"Options": {"servertimeout": "00:01:00", "truncationmaxrecords": 5}, "Parameters": {"n": "1"}},
    }).encode()
    for _ in range(200):
        body = bytearray(whole)
        for _ in range(changes.randrange(1, 6)):
            body[changes.randrange(len(body))] = changes.randrange(256)
        assert server.request(KUSTO, bytes(body)).status in (200, 400)


NAMES = [
    "..", "../..", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e", "default/../default", "/etc", "C:\\",
    "default%00", "%ff", "default;x", "*", "?", ".", "a" * 5000, "'", "\"", "<script>",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_lead_nowhere_else(server, name):
    raw = name.replace("%", "%25") if name.startswith("%ff") else name
    for path in (f"/v1/workspaces/{raw}/query", f"/v1/subscriptions/{raw}/workspaces/{raw}/query", f"/api/v1/workspaces/{raw}/query", f"/api/v1/queries/{raw}", f"/v1/workspaces/{raw}/metadata"):
        reply = sent(server, "POST" if path.endswith("query") else "GET", path, b'{"query": "print 1"}')
        assert 400 <= reply < 500, (path, reply)
    assert is_refused(server.kusto("print 1", db=name)) == 400
    assert is_refused(server.kusto(f".show database ['{name}'] schema as json".replace("\\", "")))
    assert is_refused(server.request(MONITOR, {"query": "print 1", "workspaces": [name]})) == 400
    assert is_refused(server.request(OWN, {"saved": name})) == 404


def sent(server, method, path, body=b"", **headers):
    """Sends a request as it stands, whatever is in its address; the status that came back."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    if "Host" not in headers:
        lines.append("Host: localhost")
    text = "\r\n".join([*lines, "Connection: close", f"Content-Length: {len(body)}", "", ""])
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(text.encode("latin-1") + body)
        reply = b""
        while piece := client.recv(65536):
            reply += piece
    return int(reply.split(b" ", 2)[1])


def test_files_are_read_from_nowhere(server):
    for path in ("/etc/passwd", "/tmp/x.csv", "../../etc/passwd", "file:///etc/passwd"):
        reply = server.kusto(f"externaldata(a:string)['{path}']")
        assert is_refused(reply) == 400 and b"root:" not in reply.body


HOSTS = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "0.0.0.0", "[::2]", "", "a b"]


@pytest.mark.parametrize("host", HOSTS)
def test_other_names_are_not_answered(server, host):
    for path in (KUSTO, MONITOR, "/api/v1/status", "/", "/healthz"):
        assert 400 <= sent(server, "POST", path, b'{"csl": "print 1"}', Host=host) < 500


def test_pages_of_other_sites_are_not_answered(server):
    body = b'{"csl": "print 1"}'
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}):
        assert sent(server, "POST", KUSTO, body, **headers) == 403
    assert sent(server, "POST", KUSTO, body, Host=f"localhost:{server.port}", Origin=f"http://localhost:{server.port}") == 200
    reply = server.request(KUSTO, method="OPTIONS", Origin="http://localhost", Access_Control_Request_Method="POST")
    assert reply.status in (403, 405) and "access-control-allow-origin" not in reply.headers
    headers = server.request("/").headers
    assert headers["x-content-type-options"] == "nosniff" and "frame-ancestors 'none'" in headers["content-security-policy"]


def test_heads_have_a_limit(server):
    assert sent(server, "GET", "/?" + "x" * 100_000) in (414, 431)
    assert sent(server, "GET", "/", **{f"X-{n}": "x" for n in range(200)}) == 431
    assert sent(server, "NONSENSE", KUSTO) == 405
    assert sent(server, "GET", "/nothing") == 404


def test_no_method_does_what_another_is_for(server):
    for method, path in (("PUT", KUSTO), ("DELETE", MONITOR), ("GET", OWN), ("POST", "/api/v1/status"), ("GET", "/v1/$batch")):
        assert sent(server, method, path) in (404, 405), (method, path)


def test_a_batch_has_a_limit(server):
    one = {"id": "1", "workspace": "default", "body": {"query": "print 1"}}
    assert is_refused(server.request("/v1/$batch", {"requests": [one] * 101})) == 400
    replies = server.request("/v1/$batch", {"requests": [one, {}, 5, None, {"id": 2, "body": []}]}).json()["responses"]
    assert [reply["status"] for reply in replies] == [200, 400, 400, 400, 400]


def test_memory_has_a_limit(demo):
    with serving(demo.weir.data, "--query-memory", "64MB", "--timeout", "60s") as server:
        greedy = "range x from 1 to 20000000 step 1 | summarize make_set(x, 20000000)"
        reply = server.kusto(greedy)
        assert is_refused(reply) == 400 and b"memory" in reply.body
        assert server.answers()
