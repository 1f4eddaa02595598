"""The seeds' queries, as printed, typographic quotes and all."""

import pytest

import seeds
from conftest import SEEDS

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
