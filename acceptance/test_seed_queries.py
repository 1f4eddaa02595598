"""The seeds' queries, as printed, typographic quotes and all."""

import json

import pytest

import seeds
from conftest import SEEDS
from product import simulate
from truth import meant

NOW = ["--now", "2026-06-01T00:00:00Z"]
PRINTED = 15


@pytest.fixture(scope="module")
def texts():
    if not SEEDS.is_dir():
        pytest.skip(f"no seeds in {SEEDS}")
    return SEEDS


def test_every_query_is_found(texts):
    assert len(seeds.queries(texts)) == PRINTED


@pytest.mark.parametrize("number", range(PRINTED))
def test_a_query_binds_and_runs_as_printed(demo, texts, number):
    demo.weir.query(seeds.queries(texts)[number], *NOW)


def test_scenario_1_finds_whom_the_machine_talked_to(demo, texts):
    planted = demo.truth["scenarios"]["scenario1"]
    query = seeds.holding(texts, planted["source"], "by SrcIp, DestIp\n")
    assert {row["DestIp"]: int(row["TotalBytes"]) for row in demo.weir.query(query, *NOW)} == {
        destination["address"]: destination["bytes"] for destination in planted["destinations"]
    }


def test_scenario_1_finds_the_two_big_transfers(demo, texts):
    planted = demo.truth["scenarios"]["scenario1"]
    query = seeds.holding(texts, planted["leak_destination"], "by App, bin(TimeGenerated, 1d)")
    answer = {(row["TimeGenerated"][:10], row["App"]): int(row["TotalBytes"]) for row in demo.weir.query(query, *NOW)}
    assert answer == {(leak["day"], leak["app"]): leak["bytes"] for leak in planted["leak_by_end_day"]}
    assert len([total for total in answer.values() if total > 1_000_000_000]) == 2


def test_scenario_3_finds_the_traffic_between_the_ranges(demo, texts):
    planted = demo.truth["scenarios"]["scenario3"]
    query = seeds.holding(texts, planted["prefix1"], "\n| summarize TotalBytes=sum(BytesSrcToDest + BytesDestToSrc) by SrcIp")
    answer = {
        (row["SrcIp"], row["DestIp"], row["L4Protocol"], int(row["DestPort"])): int(row["TotalBytes"])
        for row in demo.weir.query(query, *NOW)
    }
    assert answer == {
        (flow["source"], flow["destination"], flow["protocol"], flow["port"]): flow["bytes"]
        for flow in planted["flows"]
    }


def test_scenario_3_finds_the_same_by_day(demo, texts):
    planted = demo.truth["scenarios"]["scenario3"]
    query = seeds.holding(texts, planted["prefix1"], "by FlowDescription, bin(TimeGenerated, 1d)")
    totals = {}
    for row in demo.weir.query(query, *NOW):
        totals[row["FlowDescription"]] = totals.get(row["FlowDescription"], 0) + int(row["TotalBytes"])
    expected = {}
    for flow in planted["flows"]:
        description = f"{flow['source']}-{flow['destination']}-{flow['protocol']}{flow['port']}"
        expected[description] = expected.get(description, 0) + flow["bytes"]
    # The recipe as printed has a dash that its page's typography lengthened or kept.
    assert {name.replace("–", "-").replace("“", ""): total for name, total in totals.items()} == expected


def test_scenario_4_finds_both_directions_of_the_last_day(demo, texts):
    planted = demo.truth["scenarios"]["scenario4"]["last_24_hours_by_flow_start"]
    query = seeds.holding(texts, "Onprem2Azure")
    answer = {
        row["Direction"]: (int(row["TotalBytesSrcToDest"]), int(row["TotalBytesDestTosrc"]))
        for row in demo.weir.query(query, *NOW)
    }
    amounts = {name: (flow["bytes_src_to_dest"], flow["bytes_dest_to_src"]) for name, flow in planted.items()}
    assert answer == {"Onprem2Azure": amounts["onprem_to_azure"], "Azure2Onprem": amounts["azure_to_onprem"]}


# What follows needs the inventory: columns of decoration, and rows of the topology.

BALANCED = "SrcLoadBalancer ILIKE '%web%' OR DestLoadBalancer ILIKE '%web%'"
BYTES = "sum(BytesSrcToDest + BytesDestToSrc)::BIGINT"
#: Rows of the past arrive when their interval ends.
DAY = "strftime(FlowIntervalStartTime + INTERVAL 1 HOUR, '%Y-%m-%d')"


def by_address(weir, query, address):
    return {(row[address], row.get("TimeGenerated", "")[:10]): int(row["TotalBytes"]) for row in weir.query(query, *NOW)}


def planted_by(duck, address, day="''"):
    """Public addresses stand in lists, the row's own column is blank."""
    public = f"FlowType IN ('AzurePublic', 'ExternalPublic') AND {address[:-2]}Subnet = ''"
    rows = duck.sql(
        f"SELECT if({public}, '', {address}) AS address, {day}, {BYTES} FROM meant WHERE {BALANCED} GROUP BY ALL"
    ).fetchall()
    return {(source, day): total for source, day, total in rows}


def test_scenario_2_finds_the_load_balancers_members(known, duck, texts):
    duck.register("meant", meant(duck, known.logs))
    query = seeds.holding(texts, "SrcLoadBalancer", "by tostring(SrcIp)\n")
    answer = by_address(known.weir, query, "SrcIp")
    assert answer == planted_by(duck, "SrcIp")
    # As the truth tells it that looks at addresses instead of decoration.
    addresses = known.truth["scenarios"]["scenario2"]["by_source"]
    told = {(row["address"], ""): row["bytes"] for row in addresses}
    assert {key: total for key, total in answer.items() if key[0]} == {key: told[key] for key in answer if key[0]}
    assert sum(answer.values()) == sum(told.values())


@pytest.mark.parametrize("address", ["SrcIp", "DestIp"])
def test_scenario_2_finds_the_same_by_day(known, duck, texts, address):
    duck.register("meant", meant(duck, known.logs))
    query = seeds.holding(texts, "SrcLoadBalancer", f"by tostring({address}), bin(TimeGenerated, 1d)")
    answer = by_address(known.weir, query, address)
    assert answer == planted_by(duck, address, DAY)
    # The idle machine of the recipe.
    totals = {}
    for (member, _), total in answer.items():
        totals[member] = totals.get(member, 0) + total
    assert 0 < totals["10.1.1.70"] * 10 < min(totals[member] for member in ["10.1.1.68", "10.1.1.69", "10.1.1.71"])


def test_scenario_3_finds_the_traffic_between_subnets(known, duck, texts):
    duck.register("meant", meant(duck, known.logs))
    query = seeds.holding(texts, "isnotempty(SrcSubnet)")
    answer = {
        (row["SrcSubnet"], row["DestSubnet"], row["L4Protocol"], int(row["DestPort"])): int(row["TotalBytes"])
        for row in known.weir.query(query, *NOW)
    }
    planted = duck.sql(
        f"""
        SELECT SrcSubnet, DestSubnet, L4Protocol, DestPort, {BYTES} FROM meant
        WHERE SrcSubnet != '' AND DestSubnet != '' GROUP BY ALL
        """
    ).fetchall()
    assert answer == {tuple(key): total for *key, total in planted}
    assert len(answer) > 30


def test_scenario_4_as_printed_finds_every_flow(known, duck, texts):
    """Text is never null, on Azure neither: the recipe's filter keeps everything."""
    duck.register("meant", meant(duck, known.logs))
    planted = "SELECT split_part(TargetResourceId, '/', 3), {day}, {bytes} FROM meant {where} GROUP BY ALL"
    query = seeds.holding(texts, "isnotnull(SrcExpressRouteCircuit)")
    for kql, where in [
        (query, ""),
        (query.replace("isnotnull", "isnotempty"), "WHERE SrcExpressRouteCircuit != '' OR DestExpressRouteCircuit != ''"),
    ]:
        answer = {
            (row["TargetResourceName"], row["TimeGenerated"][:10]): int(row["TotalBytes"])
            for row in known.weir.query(kql, *NOW)
        }
        expected = duck.sql(planted.format(day=DAY, bytes=BYTES, where=where)).fetchall()
        assert answer == {(target, day): total for target, day, total in expected}
        assert len(answer) > 5


def test_the_routes_of_a_group_are_found(known, texts):
    query = seeds.holding(texts, "RouteTableName", "NextHopIp")
    answer = known.weir.query(query, *NOW)
    assert {(row["RouteTableName"], row["RouteName"], row["NextHopType"], row["NextHopIp"]) for row in answer} == {
        ("rt-weu", "to-pay", "VirtualAppliance", "10.10.1.4"),
        ("rt-weu", "to-lab", "None", ""),
    }


def test_the_blob_of_a_morning_row_is_there(weir, duck, texts, tmp_path):
    """`hh` is the twelve-hour clock: right from one to twelve, and wrong otherwise."""
    logs = tmp_path / "logs"
    simulate(logs, "--hours", 24, "--end", "2026-06-01T00:00:00Z", "--format", "nsg-v2")
    weir.know(logs, taken="2026-05-30T00:00:00Z")
    weir.ingest(logs)
    query = seeds.of_schema(texts)[1]
    found = {row["BlobPath"] for row in weir.query(query, *NOW)}
    inventory = json.loads((logs / "inventory" / "resource-graph.json").read_text())["data"]
    flow_logs = [row["properties"] for row in inventory if row["type"] == "microsoft.network/networkwatchers/flowlogs"]
    accounts = {log["targetResourceId"].upper(): log["storageId"].split("/")[-1] for log in flow_logs}
    duck.register("meant", meant(duck, logs))
    planted = duck.sql(
        """
        SELECT DISTINCT upper(AclGroup), replace(MacAddress, '-', ''), strftime(FlowIntervalStartTime, 'y=%Y/m=%m/d=%d'),
            hour(FlowIntervalStartTime)
        FROM meant WHERE FlowType = 'ExternalPublic'
        """
    ).fetchall()
    expected, mornings = set(), 0
    for group, mac, day, hour in planted:
        folder = f"insights-logs-networksecuritygroupflowevent/resourceId={group}"
        blob = f"{folder}/{day}/h={hour % 12 or 12:02}/m=00/macAddress={mac}/PT1H.json"
        expected.add(f"https://{accounts[group].lower()}@{blob}")
        if 1 <= hour <= 12:
            mornings += 1
            assert (logs / blob).is_file(), blob
    assert found == expected
    assert mornings > 50


def test_the_public_flows_of_a_month_name_their_subnets(known, duck, texts):
    duck.register("meant", meant(duck, known.logs))
    query = seeds.of_schema(texts)[0]
    answer = {(row["Subnet1_s"], row["Subnet2_s"]) for row in known.weir.query(query, *NOW)}
    planted = duck.sql("SELECT DISTINCT SrcSubnet, DestSubnet FROM meant WHERE FlowType = 'ExternalPublic'").fetchall()
    assert answer == set(planted)
    assert all((one == "") != (other == "") for one, other in answer)
