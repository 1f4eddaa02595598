"""What a simulation meant: its truth about every row, for comparison with what the program wrote."""

from tables import select

#: What a row is known by.
KEY = [
    "FlowIntervalStartTime",
    "FlowLogResourceId",
    "TargetResourceId",
    "MacAddress",
    "SrcIp",
    "DestIp",
    "DestPort",
    "L4Protocol",
    "AclRule",
    "FlowDirection",
    "FlowStatus",
    "FlowEncryption",
]
COUNTERS = ["PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc"]
SIDE = [
    "Subscription",
    "Region",
    "Nic",
    "Vm",
    "Subnet",
    "ApplicationGateway",
    "LoadBalancer",
    "LocalNetworkGateway",
    "ExpressRouteCircuit",
    "NetworkGroups",
    "TenantId",
]
#: What decoration says of a row.
SAID = [
    "FlowType",
    "AclGroup",
    *[f"{side}{name}" for side in ("Src", "Dest") for name in SIDE],
    "ConnectionType",
    "ConnectionName",
    "ConnectingVnets",
    "ExpressRouteCircuitPeeringType",
    "PrivateEndpointResourceId",
    "PrivateLinkResourceId",
    "PrivateLinkResourceName",
    "IsFlowCapturedAtUdrHop",
]


def meant(duck, logs, with_feeds=False):
    """The truth; without feeds a public address of Azure or of an attacker is like any other."""
    names = ", ".join(f'"{name}"' for name in KEY + SAID[1:] + COUNTERS)
    flow_type = "FlowType" if with_feeds else "FlowTypeByInventory AS FlowType"
    return duck.sql(f"SELECT {names}, {flow_type} FROM read_parquet('{logs / 'truth-rows.parquet'}')").to_arrow_table()


def said(duck, weir):
    """What the program wrote, a row a key: late records may have made several."""
    key, words = [", ".join(f'"{name}"' for name in names) for names in (KEY, SAID)]
    sums = ", ".join(f'sum("{name}")::BIGINT AS "{name}"' for name in COUNTERS)
    return select(duck, weir.flows(), f"SELECT {key}, {words}, {sums} FROM written GROUP BY {key}, {words}")


def differences(duck, expected, actual):
    """By column, how many rows differ and one of them; rows that one of the two lacks count as `rows`."""
    duck.register("expected", expected)
    duck.register("actual", actual)
    using = ", ".join(f'"{name}"' for name in KEY)
    found = {}
    for one, other in [("expected", "actual"), ("actual", "expected")]:
        lacking = duck.sql(f"FROM {one} ANTI JOIN {other} USING ({using})").to_arrow_table()
        if lacking.num_rows:
            found[f"rows of {one} alone"] = (lacking.num_rows, lacking.slice(0, 1).to_pylist())
    shown = ", ".join(f"expected.{name}" for name in ["MacAddress", "SrcIp", "DestIp", "DestPort", "FlowDirection"])
    for name in SAID + COUNTERS:
        rows = duck.sql(
            f"""
            SELECT {shown}, expected."{name}" AS expected, actual."{name}" AS actual
            FROM expected JOIN actual USING ({using})
            WHERE expected."{name}" IS DISTINCT FROM actual."{name}"
            ORDER BY ALL
            """
        ).to_arrow_table()
        if rows.num_rows:
            found[name] = (rows.num_rows, rows.slice(0, 2).to_pylist())
    return found
