"""The web application in a headless browser, against the program; the tests are in web/browser/."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from product import Weir, serving, simulate

WEB = Path(__file__).resolve().parent.parent / "web"
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
BROWSER = os.environ.get("WEIR_BROWSER") or next((path for path in BROWSERS if Path(path).exists()), None)

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None or not (WEB / "node_modules").is_dir(), reason="there is no npm, or 'make web' was not run"),
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium: install one, or name it in WEIR_BROWSER"),
]

# The whole of the demonstration.
RANGE = "2026-05-25T00:00Z..2026-06-01T00:00Z"

# What the overview counts: a flow once, however many interfaces logged it, as the largest of their views. Written anew
# in another engine.
ONCE = """
WITH views AS (
    SELECT FlowIntervalStartTime, SrcIp, DestIp, DestPort, L4Protocol, FlowStatus, FlowType, FlowDirection, MacAddress, FlowLogResourceId,
        sum(AllowedInFlows + AllowedOutFlows + DeniedInFlows + DeniedOutFlows) AS flows,
        sum(BytesSrcToDest + BytesDestToSrc) AS bytes
    FROM written GROUP BY ALL),
once AS (
    SELECT FlowIntervalStartTime, SrcIp, DestIp, DestPort, L4Protocol, FlowStatus, FlowType, max(flows) AS flows, max(bytes) AS bytes
    FROM views GROUP BY ALL)
SELECT sum(bytes), sum(flows) FILTER (FlowStatus = 'Allowed'), sum(flows) FILTER (FlowStatus = 'Denied'),
    coalesce(sum(flows) FILTER (FlowType = 'MaliciousFlow'), 0)
FROM once
"""

# Names as somebody may give them who means harm, or none at all.
NAMES = [
    "<script>globalThis.harmed = true</script>",
    "<img src=x onerror=\"globalThis.harmed = true\">",
    "'; drop table NTANetAnalytics; --",
    "\"quoted\" and \\\\ back\\slashed",
    "\u202eright to left \u05e9\u05dc\u05d5\u05dd",
    "a" * 10_000,
    "{{constructor.constructor('globalThis.harmed = true')()}}",
    "line\nbreak\tand\u2028separator",
]


# Rules of the inventory that no flow hit, those that people wrote and all of them.
NEVER_HIT = """
WITH rules AS (
    SELECT lower('/subscriptions/' || Subscription || '/resourcegroups/' || split_part(Name, '/', 1)
        || '/providers/microsoft.network/networksecuritygroups/' || split_part(Name, '/', 2) || '/' || split_part(Name, '/', 3)) AS id,
        max_by(RuleType, TimeProcessed) AS kind
    FROM topology WHERE AzureResourceType = 'NetworkSecurityGroupRule' GROUP BY ALL)
SELECT count(*) FILTER (kind <> 'Default'), count(*) FROM rules
WHERE id NOT IN (SELECT lower(AclGroup || '/' || AclRule) FROM written)
"""


@pytest.fixture(scope="module")
def inventory(known):
    """What the pages say of the inventory, counted in another engine."""
    import duckdb

    duck = duckdb.connect()
    duck.register("topology", known.weir.table("NTATopologyDetails"))
    duck.register("written", known.weir.table("NTANetAnalytics"))
    kinds = {"VNets": "VirtualNetwork", "Subnets": "VirtualSubnetwork", "VMs": "VirtualMachine", "Scale sets": "VirtualMachineScaleSet", "Load balancers": "LoadBalancer"}
    totals = dict(duck.execute("SELECT AzureResourceType, count(DISTINCT Subscription || '/' || Name) FROM topology GROUP BY ALL").fetchall())
    vnets = duck.execute("SELECT DISTINCT split_part(Name, '/', 2) FROM topology WHERE AzureResourceType = 'VirtualNetwork'").fetchall()
    own, every = duck.execute(NEVER_HIT).fetchone()
    return {"inventory": {name: totals[kind] for name, kind in kinds.items()}, "vnets": [name for (name,) in vnets], "neverHit": own, "neverHitAll": every}


@pytest.fixture(scope="module")
def expected(demo):
    import duckdb

    duck = duckdb.connect()
    duck.register("written", demo.weir.table("NTANetAnalytics"))
    traffic, allowed, denied, malicious = (int(value) for value in duck.execute(ONCE).fetchone())
    totals = demo.truth["totals"]
    return {
        "health": {
            "Blobs": totals["blobs"],
            "Records": totals["records"],
            "Flow tuples": totals["tuples"],
            # Folded: what the truth counts are flows with both addresses.
            "Rows": demo.weir.table("NTANetAnalytics").num_rows,
        },
        "overview": {"Traffic": traffic, "Allowed flows": allowed, "Denied flows": denied, "Malicious flows": malicious},
    }


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A data folder whose rules have names that mean harm."""
    folder = tmp_path_factory.mktemp("hostile")
    simulate(folder / "logs", "--hours", 2, "--end", "2026-06-01T00:00:00Z")
    number = 0
    for blob in (folder / "logs").rglob("PT1H.json"):
        content = json.loads(blob.read_text())
        for record in content["records"]:
            for flow in record["flowRecords"]["flows"]:
                for group in flow["flowGroups"]:
                    group["rule"] = NAMES[number % len(NAMES)]
                    number += 1
        blob.write_text(json.dumps(content))
    assert number > len(NAMES)
    weir = Weir(folder / "data")
    weir.ingest(folder / "logs")
    return weir


def test_pages(server, expected, hostile, known, inventory):
    page = server.request("/")
    if b"built without its web application" in page.body:
        pytest.skip("the program was built without the web application: 'make web', then build it")
    with serving(hostile.data) as other, serving(known.weir.data, "--sources", known.logs) as knowing:
        done = subprocess.run(
            ["node", "--test", "--test-reporter=spec", "browser/page.test.mjs"],
            cwd=WEB,
            env={
                **os.environ,
                "WEIR_URL": server.url,
                "WEIR_RANGE": RANGE,
                "WEIR_EXPECTED": json.dumps(expected | inventory),
                "WEIR_HOSTILE_URL": other.url,
                "WEIR_KNOWN_URL": knowing.url,
                "WEIR_BROWSER": BROWSER,
            },
            capture_output=True,
            text=True,
            timeout=2400,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout and "pass 0" not in done.stdout, done.stdout
