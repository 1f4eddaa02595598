"""Inventories: nothing of an export is lost, and what dashboards join is there."""

import csv
import http.server
import io
import json
import os
import threading

import pytest

from conftest import SAMPLES
from product import Weir, simulate

FOLDER = SAMPLES / "topology"
OTHERS = {"cloudnet-draw-topology-1.json", "networkWatcher-topology-vendor-example.json"}
FILES = sorted(FOLDER.glob("*.json")) or [
    pytest.param(None, marks=pytest.mark.skip(reason=f"no samples in {FOLDER}"))
]


def entries(path):
    """The resources of an answer, found without the program."""
    answer = json.loads(path.read_text())
    if isinstance(answer.get("value"), list):
        return answer["value"]
    if isinstance(answer.get("data"), dict):
        names = [column["name"] for column in answer["data"]["columns"]]
        return [dict(zip(names, row)) for row in answer["data"]["rows"]]
    return [answer]


def name_of(resource):
    """The name of a resource as rows have it."""
    parts = resource["id"].lower().strip("/").split("/")
    return "/".join([parts[3], *parts[7::2]])


def load(weir, *paths, check=True, flags=()):
    done = weir.run("topology", "import", "--json", *flags, *paths, check=check)
    return done, json.loads(done.stdout) if done.stdout else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: getattr(path, "stem", "none"))
def test_every_resource_of_a_sample_is_a_row_or_told(weir, path):
    done, told = load(weir, path, check=False)
    if path.name in OTHERS:
        assert done.returncode == 1
        assert path.name in done.stderr and "not understood" in done.stderr
        return
    resources = entries(path)
    if path.name == "networkWatchers-list.json":
        # Nothing in it is of use: no snapshot, and all are told.
        assert done.returncode == 1 and f"not used: {len(resources)} microsoft.network/networkwatchers" in done.stderr
        return
    assert sum(told["resources"].values()) == len(resources) > 0
    rows = {(row["Name"], row["AzureResourceType"]) for row in weir.query("NTATopologyDetails")}
    names = {name for name, _ in rows}
    unknown = sum(told["not_understood"].values())
    missing = [resource["id"] for resource in resources if name_of(resource) not in names]
    assert len(missing) == unknown, missing
    # Parts too: rules with those that Azure makes, subnets, configurations' addresses.
    for resource in resources:
        properties = resource.get("properties") or {}
        for rule in [*properties.get("securityRules", []), *properties.get("defaultSecurityRules", [])]:
            assert (f"{name_of(resource)}/{rule['name'].lower()}", "NetworkSecurityGroupRule") in rows
        for kind in ["subnets", "routes"]:
            for part in properties.get(kind, []):
                if "name" in part:
                    assert f"{name_of(resource)}/{part['name'].lower()}" in names
    addresses = {
        part["properties"]["privateIPAddress"]
        for resource in resources
        if resource.get("type", "").lower() == "microsoft.network/networkinterfaces"
        for part in resource["properties"]["ipConfigurations"]
    }
    found = weir.query(
        "NTATopologyDetails | where AzureResourceType == 'NetworkInterface' | project PrivateIpAddresses"
    )
    assert addresses == {ip for row in found for ip in row["PrivateIpAddresses"].split()}


def test_all_samples_together_are_one_inventory(weir):
    if not FOLDER.exists():
        pytest.skip(f"no samples in {FOLDER}")
    done, told = load(weir, FOLDER, check=False)
    # Two files are of other tools, one address is no address as published.
    assert done.returncode == 3, done.stderr
    assert told["findings"]["unknown_file"] == 2
    ids = [resource["id"].lower() for path in FILES if path.name not in OTHERS for resource in entries(path)]
    assert sum(told["resources"].values()) == len(ids)
    watchers = told["not_understood"]["microsoft.network/networkwatchers"]
    assert watchers == len(entries(FOLDER / "networkWatchers-list.json"))
    rows = weir.query("NTATopologyDetails | where SubType == 'Topology' | summarize by Subscription, Name")
    names = {(row["Subscription"], row["Name"]) for row in rows}
    for path in FILES:
        if path.name not in OTHERS and path.name != "networkWatchers-list.json":
            for resource in entries(path):
                assert (resource["id"].split("/")[2].lower(), name_of(resource)) in names, resource["id"]
    # What one file tells of another's resources is linked.
    nic = weir.query("NTATopologyDetails | where Name == 'test_vm/myvmnic'")[0]
    assert (nic["VirtualMachine"], nic["PublicIpAddresses"]) == ("test_vm/cctestvm", "23.102.173.223")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A day of the invented company with its inventory; nothing when the simulation writes none."""
    folder = tmp_path_factory.mktemp("company")
    simulate(folder / "logs", "--hours", 12, "--end", "2026-06-01T12:00:00Z")
    if not (folder / "logs" / "inventory" / "resource-graph.json").exists():
        pytest.skip("the simulation writes no inventory")
    return folder / "logs"


@pytest.fixture(scope="module")
def known(company, tmp_path_factory):
    """The company's logs, read with its inventory."""
    weir = Weir(tmp_path_factory.mktemp("known") / "data")
    done, told = load(weir, company / "inventory", flags=["--taken", "2026-05-31T00:00:00Z"], check=False)
    assert done.returncode in (0, 3), done.stderr
    weir.ingest(company)
    return weir, told


def test_the_companys_inventory_is_read_without_loss(company, known):
    _, told = known
    folder = company / "inventory"
    listed = json.loads((folder / "resource-graph.json").read_text())["data"]
    subscriptions = json.loads((folder / "subscriptions.json").read_text())["data"]
    of_files = sum(count for kind, count in told["resources"].items() if "/" in kind)
    assert of_files == len(listed) + len(subscriptions)
    lost = {"damaged_file", "unknown_file", "no_resource", "bad_prefix", "bad_address", "unresolved", "conflict"}
    assert not lost & set(told["findings"]), told["findings_listed"]


def test_runs_are_written_every_six_hours_and_once(company, known):
    weir, _ = known
    runs = weir.query("NTATopologyDetails | summarize Rows = count() by TimeProcessed | order by TimeProcessed asc")
    times = [row["TimeProcessed"][:19] for row in runs]
    assert times[0] == "2026-05-31T00:00:00"
    assert [f"2026-06-01T{hour:02}:00:00" for hour in (0, 6, 12, 18)] == times[-4:]
    assert len({row["Rows"] for row in runs}) == 1
    again = weir.ingest(company)
    assert again["topology_runs"] == 0
    assert len(weir.query("NTATopologyDetails | summarize by TimeProcessed")) == len(runs)


def test_the_environment_view_finds_the_last_completed_run(known):
    """Per subscription the last completed discovery, then the rows of that time, compared as text."""
    weir, told = known
    answer = weir.query(
        """
        let completed = NTATopologyDetails
            | where SubType == "StatusMessage" and ComponentType == "Topology" and Status == "Completed"
            | summarize TimeProcessed = max(TimeProcessed) by Subscription
            | extend Key = strcat(Subscription, TimeProcessed);
        NTATopologyDetails
        | where SubType == "Topology" and strcat(Subscription, TimeProcessed) in (completed | project Key)
        | summarize Count = count(), Subscriptions = dcount(Subscription) by AzureResourceType
        """
    )
    counts = {row["AzureResourceType"]: int(row["Count"]) for row in answer}
    for kind, list_name in [("VirtualNetwork", "virtual_networks"), ("NetworkInterface", "network_interfaces"),
                            ("VirtualMachine", "virtual_machines"), ("NetworkSecurityGroupRule", "security_rules")]:
        assert counts[kind] == told["inventory"][list_name]


def test_rules_of_flows_are_found_by_their_ids(known):
    weir, _ = known
    answer = weir.query(
        """
        let rules = NTATopologyDetails
            | where AzureResourceType == "NetworkSecurityGroupRule" and DiscoveryRegion == Region
            | extend parts = split(Name, "/")
            | project RuleId = strcat("/subscriptions/", Subscription, "/resourcegroups/", parts[0],
                "/providers/microsoft.network/networksecuritygroups/", parts[1], "/", parts[2]), Priority, Direction
            | summarize take_any(Priority) by RuleId;
        NTANetAnalytics
        | where AclGroup contains "networksecuritygroups"
        | summarize by RuleId = strcat(AclGroup, "/", AclRule)
        | join kind=leftouter rules on RuleId
        """
    )
    found = [row for row in answer if row["Priority"]]
    assert found and len(found) >= 0.9 * len(answer), [row["RuleId"] for row in answer if not row["Priority"]]


def test_interfaces_machines_and_subnets_of_flows_are_rows(known):
    weir, _ = known
    for column, kind in [("Nic", "NetworkInterface"), ("Vm", "VirtualMachine"), ("Subnet", "VirtualSubnetwork")]:
        answer = weir.query(
            f"""
            let known = NTATopologyDetails | where AzureResourceType == "{kind}"
                | summarize by Id = strcat(Subscription, "/", Name);
            union (NTANetAnalytics | project Id = strcat(SrcSubscription, "/", Src{column}), Name = Src{column}),
                (NTANetAnalytics | project Id = strcat(DestSubscription, "/", Dest{column}), Name = Dest{column})
            | where isnotempty(Name)
            | summarize by Id
            | join kind=leftanti known on Id
            """
        )
        assert not answer, (column, answer)
        there = weir.query(f"NTANetAnalytics | where isnotempty(Src{column}) | count")
        assert int(there[0]["Count"]) > 0


def test_connections_of_flows_are_rows(known):
    weir, _ = known
    answer = weir.query(
        """
        let known = NTATopologyDetails
            | where AzureResourceType in ("VirtualNetworkPeering", "VirtualNetworkGatewayConnection")
            | summarize by ConnectionName = strcat(Subscription, "/", Name);
        NTANetAnalytics
        | where isnotempty(ConnectionName) and FlowType != "P2S"
        | summarize by ConnectionName
        | join kind=leftouter known on ConnectionName
        """
    )
    assert answer
    configured = [row["ConnectionName"] for row in answer if not row["ConnectionName1"]]
    # Only what a sites file names has no resource.
    assert len(configured) <= 1, configured


def test_gateways_name_their_networks(known):
    weir, _ = known
    rows = weir.query(
        'NTATopologyDetails | where AzureResourceType == "VirtualNetworkGateway"'
        " | summarize take_any(GatewayType, VirtualSubnetwork) by Name"
    )
    for row in rows:
        assert row["GatewayType"] in ("Vpn", "ExpressRoute")
        assert row["VirtualSubnetwork"].count("/") == 2
    linked = weir.query(
        'NTATopologyDetails | where AzureResourceType == "VirtualNetworkGatewayConnection"'
        " and ConnectionType == 'Vnet2Vnet' | where isempty(VirtualNetwork1) or isempty(VirtualNetwork2)"
    )
    assert rows and not linked


def test_regions_with_logged_networks_are_watched(known):
    weir, _ = known
    rows = weir.query(
        'NTATopologyDetails | where AzureResourceType == "NetworkSecurityGroup" and IsFlowEnabled == true'
        " and DiscoveryRegion == Region | summarize count() by Region"
    )
    assert rows


def test_resource_groups_are_the_first_part_of_names(known):
    weir, _ = known
    rows = weir.query(
        """
        NTATopologyDetails
        | where SubType == "Topology" and AzureResourceType !in ("VirtualSubnetwork", "VirtualNetworkGatewayConnection",
            "RemoteGatewayConnection", "Route", "NetworkAnalytics", "VirtualNetworkPeering",
            "NetworkSecurityGroupRule", "SubnetworkConnection")
        | summarize by Group = tostring(split(Name, "/")[0])
        """
    )
    groups = {row["Group"] for row in rows}
    known_groups = {row["Group"] for row in weir.query(
        'NTATopologyDetails | where AzureResourceType == "VirtualNetwork" | summarize by Group = tostring(split(Name, "/")[0])')}
    assert known_groups <= groups and "" not in groups


def test_the_older_tables_have_the_inventory(known):
    weir, told = known
    rows = weir.query(
        """
        AzureNetworkAnalytics_CL
        | where SubType_s == "Topology" and ResourceType == "NetworkInterface"
        | summarize take_any(VirtualMachine_s, Subnetwork_s, MACAddress_s, PrivateIPAddresses_s) by Subscription_g, Name_s
        """
    )
    interfaces = told["inventory"]["network_interfaces"]
    assert 0 < len(rows) <= interfaces
    assert all(row["MACAddress_s"].count("-") == 5 for row in rows if row["MACAddress_s"])
    rules = weir.query(
        'AzureNetworkAnalytics_CL | where ResourceType == "NetworkSecurityGroupRule" and Priority_d == 65500'
        ' and RuleType_s == "Default" and Access_s == "Deny" | summarize dcount(Name_s)'
    )
    assert int(rules[0]["dcount_Name_s"]) >= 2
    status = weir.query('AzureNetworkAnalytics_CL | where SubType_s == "StatusMessage" and Status_s == "Completed" | count')
    assert int(status[0]["Count"]) > 0


def network(name, subnets):
    """A virtual network as Azure lists it."""
    path = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/Net/providers/Microsoft.Network"
    return {
        "id": f"{path}/virtualNetworks/{name}",
        "location": "westeurope",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/8"]},
            "subnets": [{"name": subnet, "properties": {"addressPrefix": f"10.{number}.0.0/16"}}
                        for number, subnet in enumerate(subnets)],
        },
    }


def test_snapshots_are_dated_whole_and_listed(weir, tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    first.write_text(json.dumps({"value": [network("A", ["x"]), network("B", ["y"])]}))
    second.write_text(json.dumps({"value": [network("A", ["x", "z"])]}))
    load(weir, first, flags=["--taken", "2026-01-01"])
    _, told = load(weir, second, flags=["--taken", "2026-02-01"])
    assert (told["gone"], told["kept"], told["snapshot_resources"]) == (1, 0, 1)
    _, told = load(weir, first, flags=["--taken", "2026-02-02", "--add"])
    assert (told["gone"], told["kept"]) == (0, 0)
    _, told = load(weir, second, flags=["--taken", "2026-02-03", "--add"])
    assert (told["gone"], told["kept"], told["snapshot_resources"]) == (0, 1, 2)
    listed = json.loads(weir.run("topology", "list", "--format", "json").stdout)
    assert [row["Taken"][:10] for row in listed] == ["2026-01-01", "2026-02-01", "2026-02-02", "2026-02-03"]

    def shown(*arguments):
        text = weir.run("topology", "show", "--format", "csv", *arguments).stdout
        return list(csv.DictReader(io.StringIO(text)))

    assert [row["Name"] for row in shown("VirtualNetwork", "--at", "2026-01-15")] == ["net/a", "net/b"]
    assert [row["Name"] for row in shown("VirtualNetwork", "--at", "2026-02-01T12:00")] == ["net/a"]
    assert [row["Name"] for row in shown("virtualsubnetwork")] == ["net/a/x", "net/a/z", "net/b/y"]
    assert [row["Name"] for row in shown("a/z")] == ["net/a/z"]
    assert {row["AzureResourceType"]: row["Count"] for row in shown()}["VirtualNetwork"] == "2"
    nothing = weir.run("topology", "show", "nothing-like-that", check=False)
    assert nothing.returncode == 1 and "VirtualNetwork" in nothing.stderr
    # The same again is the same snapshot.
    load(weir, first, flags=["--taken", "2026-01-01"])
    assert len(json.loads(weir.run("topology", "list", "--format", "json").stdout)) == 4


def test_what_is_wrong_is_told_and_the_rest_used(weir, tmp_path):
    good, cut, sites = tmp_path / "good.json", tmp_path / "cut.json", tmp_path / "sites.yaml"
    text = json.dumps({"value": [network("A", ["x"]), network("B", ["y"])]})
    good.write_text(text)
    cut.write_text(text.replace("/A", "/C")[:-40])
    sites.write_text("sites:\n  - name: Berlin\n    prefix: [192.168.0.0/24]\n")
    done = weir.run("topology", "import", good, cut, sites, check=False)
    assert done.returncode == 3
    assert "cut.json" in done.stderr and "1 resources before that are used" in done.stderr
    assert "sites.yaml: line 3" in done.stderr
    assert {row["Name"] for row in weir.query("NTATopologyDetails | where AzureResourceType == 'VirtualNetwork'")} == {
        "net/a", "net/b", "net/c"}
    nowhere = weir.run("topology", "import", tmp_path / "nowhere", check=False)
    assert nowhere.returncode == 1 and "nowhere" in nowhere.stderr


def test_days_of_flows_get_their_runs_later(weir, hour, tmp_path):
    weir.ingest(hour)
    export = tmp_path / "networks.json"
    export.write_text(json.dumps([network("A", ["x"])]))
    _, told = load(weir, export)
    # Four of the day of the logs, of a time before the first snapshot, and one of now.
    assert told["topology_runs"] == 5
    rows = weir.query("NTATopologyDetails | where Name == 'net/a' | summarize by TimeProcessed, TopologyVersion")
    assert len(rows) == 5 and len({row["TopologyVersion"] for row in rows}) == 1
    assert rows[0]["TopologyVersion"] == told["snapshot"]


class Azure(http.server.BaseHTTPRequestHandler):
    """Resource Graph, as far as a pull asks it."""

    busy = 1

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Authorization"] == "Bearer secret-of-the-test"
        if Azure.busy:
            Azure.busy -= 1
            self.send_response(429)
            self.send_header("Retry-After", "1")
            self.end_headers()
            return
        data, skip = [], None
        if body["query"].startswith("resources "):
            first = "$skipToken" not in body["options"]
            data, skip = ([network("A", ["x"])], "next") if first else ([network("B", ["y"])], None)
        if body["query"].startswith("resourcecontainers "):
            data = [{"id": "/subscriptions/11111111-1111-1111-1111-111111111111", "name": "Production",
                     "type": "microsoft.resources/subscriptions"}]
        status = 400 if body["query"].startswith("computeresources ") else 200
        answer = {"count": len(data), "data": data, "resultTruncated": "false"}
        if skip:
            answer["$skipToken"] = skip
        if status == 400:
            answer = {"error": {"code": "BadRequest", "message": "no such table"}}
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def test_azure_is_asked(weir, tmp_path, monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Azure)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("WEIR_AZURE_TOKEN", "secret-of-the-test")
    sites = tmp_path / "sites.yaml"
    sites.write_text("sites:\n  - {name: Berlin, prefixes: [192.168.0.0/24]}\n")
    done = weir.run("topology", "pull", "--json", "--endpoint", f"http://127.0.0.1:{server.server_port}", sites,
                    check=False)
    server.shutdown()
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert told["inventory"] | {"subnets": 2, "sites": 1, "virtual_networks": 2, "subscriptions": 1} == told["inventory"]
    [finding] = told["findings_listed"]
    assert "no such table" in finding["detail"] and "instances of scale sets" in finding["file"]
    assert "secret" not in done.stdout + done.stderr
    rows = weir.query("NTATopologyDetails | where Name == 'net/b'")
    assert rows[0]["SubscriptionName"] == "Production"


class HalfAzure(http.server.BaseHTTPRequestHandler):
    """Resource Graph that gives one page and then nothing more."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = {"count": 1, "data": [network("A", ["x"])], "resultTruncated": "false", "$skipToken": "next"}
        if "$skipToken" in body["options"]:
            answer = {"error": {"code": "AuthorizationFailed", "message": "no longer"}}
        text = json.dumps(answer).encode()
        self.send_response(403 if "error" in answer else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def test_nothing_is_stored_of_half_an_answer(weir, monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), HalfAzure)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("WEIR_AZURE_TOKEN", "secret-of-the-test")
    done = weir.run("topology", "pull", "--endpoint", f"http://127.0.0.1:{server.server_port}", check=False)
    server.shutdown()
    assert done.returncode == 1 and "127.0.0.1" in done.stderr and "secret" not in done.stderr
    assert "no longer" in done.stderr
    assert not os.path.exists(weir.data / "default" / "topology")
