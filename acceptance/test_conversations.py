"""weir_conversations() counts a flow once, however many interfaces logged it."""

import json

import pytest

from product import simulate

NETWORK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
SOURCE, APPLIANCE, DESTINATION = "0022480000A1", "0022480000A2", "0022480000A3"


def blob(folder, mac, *tuples, log="vnet-a"):
    """A blob of one interface with one record, as Azure lays it out."""
    record = {
        "time": "2026-06-01T11:05:00.0000000Z",
        "macAddress": mac,
        "category": "FlowLogFlowEvent",
        "flowLogResourceID": f"{NETWORK}/networkWatchers/w/flowLogs/{log}",
        "targetResourceID": f"{NETWORK}/virtualNetworks/v",
        "flowLogVersion": 4,
        "operationName": "FlowLogFlowEvent",
        "flowRecords": {
            "flows": [{"aclID": "unspecified", "flowGroups": [{"rule": "a", "flowTuples": list(tuples)}]}]
        },
    }
    path = folder / log / "y=2026/m=06/d=01/h=11/m=00" / f"macAddress={mac}" / "PT1H.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"records": [record]}))


def flow(direction, state, there=(0, 0), back=(0, 0), port=443):
    counters = ",".join(map(str, [*there, *back])) if state in "CE" else ",,,"
    return f"1780311900000,10.1.0.4,10.2.0.4,50000,{port},6,{direction},{state},NX,{counters}"


def conversations(weir, more="", table="NTANetAnalytics"):
    rows = weir.query(f"{table} | invoke weir_conversations() | sort by DestPort asc {more}")
    numbers = ["BytesSrcToDest", "BytesDestToSrc", "AllowedFlows", "DeniedFlows", "CompletedFlows", "Views"]
    return [tuple(int(row[name]) for name in ["DestPort", *numbers]) for row in rows]


def test_a_flow_that_three_interfaces_log_is_one(weir, tmp_path):
    seen = [("B", (0, 0), (0, 0)), ("C", (10, 1000), (5, 500)), ("E", (2, 200), (1, 100))]
    blob(tmp_path, SOURCE, *(flow("O", *tuple_) for tuple_ in seen))
    # The appliance lost its last record.
    blob(tmp_path, APPLIANCE, *(flow(way, *tuple_) for way in "IO" for tuple_ in seen[:2]))
    blob(tmp_path, DESTINATION, *(flow("I", *tuple_) for tuple_ in seen), log="vnet-b")
    weir.ingest(tmp_path)
    [plain] = weir.query("NTANetAnalytics | summarize Bytes = sum(BytesSrcToDest)")
    assert int(plain["Bytes"]) == 4400
    assert conversations(weir) == [(443, 1200, 600, 1, 0, 1, 4)]


def test_the_larger_view_of_each_counter_holds(weir, tmp_path):
    # Each end has a record that the other lost.
    blob(tmp_path, SOURCE, flow("O", "B"), flow("O", "C", (10, 1000), (5, 100)))
    blob(tmp_path, DESTINATION, flow("I", "B"), flow("I", "C", (9, 900), (6, 600)))
    weir.ingest(tmp_path)
    assert conversations(weir) == [(443, 1000, 600, 1, 0, 0, 2)]


def test_denied_flows_are_counted_where_they_end(weir, tmp_path):
    # Of seven flows two are denied on their way out, three on their way in, and two arrive.
    blob(tmp_path, SOURCE, *[flow("O", "D")] * 2, *[flow("O", "B")] * 5)
    blob(tmp_path, DESTINATION, *[flow("I", "D")] * 3, *[flow("I", "B")] * 2)
    weir.ingest(tmp_path)
    assert conversations(weir) == [(443, 0, 0, 2, 5, 0, 2)]


def test_one_end_that_logs_is_enough(weir, tmp_path):
    blob(tmp_path, SOURCE, flow("O", "B"), flow("O", "E", (3, 300), (2, 200)), flow("O", "B", port=80))
    weir.ingest(tmp_path)
    assert conversations(weir) == [(80, 0, 0, 1, 0, 0, 1), (443, 300, 200, 1, 0, 1, 1)]
    assert conversations(weir, table="NTANetAnalytics | where DestPort == 80") == [(80, 0, 0, 1, 0, 0, 1)]


def test_the_same_addresses_in_two_networks_are_two(weir, tmp_path):
    """Networks with the same addresses are told from each other by what the inventory says of both ends."""
    blob(tmp_path, SOURCE, flow("O", "C", (1, 100), (1, 10)))
    weir.ingest(tmp_path)
    twice = """
        NTANetAnalytics
        | extend SrcSubnet = "g/one/s", DestSubnet = "g/one/t"
        | union (NTANetAnalytics | extend SrcSubnet = "g/two/s", DestSubnet = "g/two/t")
    """
    assert conversations(weir, table=twice) == [(443, 100, 10, 0, 0, 0, 1)] * 2


@pytest.fixture
def company(weir, tmp_path):
    simulate(tmp_path / "logs", "--hours", 3, "--end", "2026-06-01T12:00:00Z")
    weir.know(tmp_path / "logs", taken="2026-06-01T00:00:00Z")
    weir.ingest(tmp_path / "logs")
    return weir


def test_internal_traffic_is_what_its_larger_views_add_up_to(company, duck):
    """The same in SQL, by another engine, over all traffic between machines that log."""
    duck.register("written", company.table("NTANetAnalytics"))
    key = "FlowIntervalStartTime, SrcIp, DestIp, DestPort, L4Protocol, SrcSubnet, DestSubnet"
    counters = ["BytesSrcToDest", "BytesDestToSrc", "PacketsSrcToDest", "PacketsDestToSrc"]
    sums = ", ".join(f"sum({name}) AS {name}" for name in counters)
    largest = ", ".join(f"max({name}) AS {name}" for name in counters)
    totals = ", ".join(f"sum({name})::BIGINT" for name in counters)
    internal = "FlowType IN ('IntraVNet', 'InterVNet')"
    expected = duck.sql(
        f"""
        SELECT {totals}, count(*) FROM (
            SELECT {largest} FROM (
                SELECT {key}, MacAddress, FlowDirection, FlowLogResourceId, NsgList, {sums}
                FROM written WHERE {internal} GROUP BY ALL
            ) GROUP BY {key}
        )
        """
    ).fetchall()[0]
    names = ", ".join(f"{name} = sum({name})" for name in counters)
    [answer] = company.query(
        f"""
        NTANetAnalytics
        | where FlowType in ("IntraVNet", "InterVNet")
        | invoke weir_conversations()
        | summarize {names}, Count = count()
        """
    )
    assert [int(answer[name]) for name in [*counters, "Count"]] == list(expected)
    plain = duck.sql(f"SELECT sum(BytesSrcToDest)::BIGINT FROM written WHERE {internal}").fetchall()[0][0]
    assert expected[0] < plain * 0.75, "most internal traffic is logged twice"
