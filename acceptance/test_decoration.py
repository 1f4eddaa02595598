"""Every row is decorated as the simulation meant it, whatever came first: the logs or the inventory."""

import pytest

from product import Weir, simulate
from tables import assert_same, select
from test_once import ABOUT_THE_INGEST
from truth import COUNTERS, differences, meant, said

#: Tuesday to Wednesday evening: two working days and a night.
SPAN = ["--hours", 42, "--end", "2026-06-03T18:00:00Z"]
TAKEN = "2026-06-01T00:00:00Z"


class Company:
    def __init__(self, folder, form):
        self.logs = folder / "logs"
        self.truth = simulate(self.logs, *SPAN, "--format", form)
        self.weir = Weir(folder / "data")
        self.weir.know(self.logs, taken=TAKEN)
        self.weir.ingest(self.logs)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """VNet and NSG flow logs of the same networks, the inventory known before them."""
    return Company(tmp_path_factory.mktemp("company"), "both")


def test_every_row_is_decorated_as_it_was_meant(company, duck):
    expected = meant(duck, company.logs)
    assert expected.num_rows == company.truth["totals"]["rows_60_minutes"]
    assert differences(duck, expected, said(duck, company.weir)) == {}


def test_a_row_of_ten_minutes_is_decorated_like_that_of_its_hour(company, duck, weir):
    # The first to write into a data folder says how long its intervals are.
    weir.ingest(company.logs, interval="10m")
    weir.know(company.logs, taken=TAKEN)
    weir.run("redecorate")
    actual = said(duck, weir)
    duck.register("tens", actual)
    others = ", ".join(f'"{name}"' for name in actual.column_names if name not in {*COUNTERS, "FlowIntervalStartTime"})
    sums = ", ".join(f'sum("{name}")::BIGINT AS "{name}"' for name in COUNTERS)
    by_hour = duck.sql(
        f"""
        SELECT date_trunc('hour', "FlowIntervalStartTime") AS "FlowIntervalStartTime", {others}, {sums}
        FROM tens GROUP BY ALL
        """
    ).to_arrow_table()
    assert differences(duck, meant(duck, company.logs), by_hour) == {}


def test_every_kind_occurs(company, duck):
    duck.register("meant", meant(duck, company.logs, with_feeds=True))
    kinds = {kind for (kind,) in duck.sql("SELECT DISTINCT FlowType FROM meant").fetchall()}
    assert kinds == {
        "IntraVNet",
        "InterVNet",
        "S2S",
        "P2S",
        "AzurePublic",
        "ExternalPublic",
        "MaliciousFlow",
        "UnknownPrivate",
        "Unknown",
    }
    links = company.weir.query(
        """
        NTANetAnalytics
        | extend Named = isnotempty(ConnectionName), Through = isnotempty(ConnectingVnets)
        | distinct FlowType, ConnectionType, Named, Through
        | where isnotempty(ConnectionType)
        """
    )
    assert {(row["FlowType"], row["ConnectionType"], row["Named"], row["Through"]) for row in links} == {
        ("InterVNet", "VNetPeering", "true", "false"),
        ("InterVNet", "VNetPeering", "true", "true"),
        ("InterVNet", "VpnGateway", "true", "false"),
        ("InterVNet", "VpnGateway", "true", "true"),
        ("P2S", "VpnGateway", "true", "false"),
        ("S2S", "ExpressRoute", "true", "false"),
        ("S2S", "ExpressRoute", "true", "true"),
        ("S2S", "VpnGateway", "false", "false"),
        ("S2S", "VpnGateway", "true", "false"),
        ("S2S", "VpnGateway", "true", "true"),
    }
    encryption = company.weir.query("NTANetAnalytics | distinct FlowEncryption | where isnotempty(FlowEncryption)")
    assert len(encryption) == 8


def test_a_connection_is_a_row_of_the_topology(company):
    """Dashboards join connections and peerings of flows with those of the topology."""
    [row] = company.weir.query(
        """
        NTANetAnalytics
        | where FlowType in ("InterVNet", "S2S") and isnotempty(ConnectionName) and ConnectionName !endswith "/cn-depot"
        | distinct ConnectionName
        | join kind=leftanti (NTATopologyDetails | extend ConnectionName = strcat(Subscription, "/", Name)) on ConnectionName
        | summarize Missing = count(), Names = make_set(ConnectionName)
        """
    )
    assert int(row["Missing"]) == 0, row["Names"]


TABLES = ["NTANetAnalytics", "WeirPublicIps", "NTAIpDetails"]


def whole(weir, duck, table):
    excluded = ", ".join(ABOUT_THE_INGEST & set(weir.table(table).column_names))
    return select(duck, weir.table(table), f"SELECT * EXCLUDE ({excluded}) FROM written")


def assert_alike(duck, expected, actual):
    """Every table that decoration fills has the same rows in both."""
    for table in TABLES:
        assert_same(duck, whole(expected, duck, table), whole(actual, duck, table))


def counters(weir):
    return weir.query(
        """
        weir_unfolded()
        | summarize count(), sum(PacketsSrcToDest), sum(BytesSrcToDest), sum(PacketsDestToSrc), sum(BytesDestToSrc),
            sum(AllowedInFlows), sum(AllowedOutFlows), sum(DeniedInFlows), sum(DeniedOutFlows), sum(CompletedFlows),
            sum(RecordCount)
        """
    )


def test_logs_first_and_inventory_later_end_alike(company, duck, weir):
    weir.ingest(company.logs)
    before = counters(weir)
    assert {row["FlowType"] for row in weir.query("NTANetAnalytics | distinct FlowType")} <= {"", "Unknown", "AzurePublic"}
    weir.know(company.logs, taken=TAKEN)
    weir.run("redecorate")
    assert counters(weir) == before == counters(company.weir)
    assert_alike(duck, company.weir, weir)
    # Nothing is left to do.
    weir.run("redecorate")
    assert_alike(duck, company.weir, weir)
