"""The older generation's table over the newer one's: the same flows under other names, in letters and reals."""

import pytest

from product import simulate

COUNTERS = {
    "AllowedInFlows": "AllowedInFlows_d",
    "DeniedInFlows": "DeniedInFlows_d",
    "AllowedOutFlows": "AllowedOutFlows_d",
    "DeniedOutFlows": "DeniedOutFlows_d",
    "CompletedFlows": "CompletedFlows_d",
    "PacketsSrcToDest": "OutboundPackets_d",
    "BytesSrcToDest": "OutboundBytes_d",
    "PacketsDestToSrc": "InboundPackets_d",
    "BytesDestToSrc": "InboundBytes_d",
}
LETTERS = {"Inbound": "I", "Outbound": "O", "Allowed": "A", "Denied": "D", "TCP": "T", "UDP": "U"}
KEYS = {
    "SrcIp": "SrcIP_s",
    "DestPort": "DestPort_d",
    "L4Protocol": "L4Protocol_s",
    "FlowDirection": "FlowDirection_s",
    "FlowStatus": "FlowStatus_s",
    "AclRule": "NSGRule_s",
    "MacAddress": "MACAddress_s",
}


def summed(weir, table, keys, counters):
    sums = ", ".join(f"sum({counter})" for counter in counters)
    rows = weir.query(f"{table} | summarize count(), {sums} by {', '.join(keys)}")
    return [[row[key] for key in keys] + [float(n) for n in list(row.values())[len(keys) :]] for row in rows]


@pytest.mark.parametrize("form", ["vnet", "nsg-v2", "nsg-v1", "mixed"])
def test_both_generations_tell_the_same(weir, tmp_path, form):
    simulate(tmp_path / "logs", "--hours", 1, "--end", "2026-06-01T12:00:00Z", "--format", form)
    weir.ingest(tmp_path / "logs")
    newer = summed(weir, "NTANetAnalytics", KEYS, COUNTERS)
    older = summed(weir, "AzureNetworkAnalytics_CL", KEYS.values(), COUNTERS.values())
    for row in newer:
        row[1] = f"{int(row[1])}.0"
        row[2:5] = [LETTERS.get(word, word) for word in row[2:5]]
    assert sorted(newer) == sorted(older)
    assert len(newer) > 100


def test_security_groups_are_named_in_short(demo):
    rows = demo.weir.query("AzureNetworkAnalytics_CL | distinct NSGList_s, NSGRuleType_s | where isnotempty(NSGList_s)")
    assert rows
    for row in rows:
        assert len(row["NSGList_s"].split("/")) == 3
        assert row["NSGRuleType_s"] in {"Default", "UserDefined"}


def test_a_filter_on_time_reads_one_day(demo):
    plan = demo.weir.run(
        "query", "--explain", text="AzureNetworkAnalytics_CL | where FlowStartTime_t > datetime(2026-05-31 12:00) | count"
    ).stdout
    assert "DaysExec: days=1, known=0, files=1" in plan, plan
