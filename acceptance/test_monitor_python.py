"""Azure Monitor's client for Python, as people install it, against the program."""

from datetime import datetime, timedelta, timezone

import pytest

pytest.importorskip("azure.monitor.query", reason="azure-monitor-query is not installed")

from azure.core.credentials import AccessToken  # noqa: E402
from azure.core.exceptions import HttpResponseError  # noqa: E402
from azure.monitor.query import LogsBatchQuery, LogsQueryClient, LogsQueryStatus  # noqa: E402

PLAIN = {"enforce_https": False}
END = datetime(2026, 6, 1, tzinfo=timezone.utc)
RESOURCE = "/subscriptions/x/resourceGroups/y/providers/Microsoft.OperationalInsights/workspaces/default"


class AnyToken:
    """A credential that gives what no server of this kind looks at."""

    def get_token(self, *_, **__):
        return AccessToken("none", 2**31)


@pytest.fixture(scope="module")
def client(server):
    with LogsQueryClient(AnyToken(), endpoint=server.url + "/v1") as client:
        yield client


def test_a_workspace_is_asked(client):
    response = client.query_workspace("default", "print a = 1, b = 'x'", timespan=None, **PLAIN)
    assert response.status == LogsQueryStatus.SUCCESS
    [table] = response.tables
    assert (table.name, table.columns, table.columns_types) == ("PrimaryResult", ["a", "b"], ["long", "string"])
    assert [list(row) for row in table.rows] == [[1, "x"]]


def test_a_workspace_is_known_by_its_id(client, server):
    [database] = server.request("/api/v1/status").json()["workspaces"]
    response = client.query_workspace(database["id"], "print 1", timespan=None, **PLAIN)
    assert list(response.tables[0].rows[0]) == [1]


def test_a_resource_is_asked(client):
    response = client.query_resource(RESOURCE, "print 1", timespan=None, **PLAIN)
    assert list(response.tables[0].rows[0]) == [1]


def test_values_have_their_forms(client):
    query = """print t = datetime(2020-03-04T14:05:01.3109965Z), d = dynamic({"k": [1]}), n = real(nan),
        m = decimal(1.5), w = 1h, b = true, y = long(null), g = guid(74be27de-1e4e-49d9-b579-fe0b331d3642)"""
    [row] = client.query_workspace("default", query, timespan=None, **PLAIN).tables[0].rows
    assert row["t"] == datetime(2020, 3, 4, 14, 5, 1, 310996, tzinfo=timezone.utc)
    assert row["d"] == '{"k":[1]}' and row["b"] is True and row["y"] is None
    assert str(row["n"]).lower() == "nan" and row["m"] == "1.5" and row["w"] == "01:00:00"


@pytest.mark.parametrize(
    "timespan",
    [
        (END - timedelta(days=1), END),
        (END - timedelta(days=1), timedelta(days=1)),
    ],
)
def test_a_timespan_narrows_the_tables(client, timespan):
    narrowed = client.query_workspace("default", "NTANetAnalytics | count", timespan=timespan, **PLAIN)
    query = """NTANetAnalytics
        | where TimeGenerated >= datetime(2026-05-31) and TimeGenerated < datetime(2026-06-01) | count"""
    asked = client.query_workspace("default", query, timespan=None, **PLAIN)
    assert list(narrowed.tables[0].rows[0]) == list(asked.tables[0].rows[0])
    whole = client.query_workspace("default", "NTANetAnalytics | count", timespan=None, **PLAIN)
    assert 0 < narrowed.tables[0].rows[0][0] < whole.tables[0].rows[0][0]


def test_a_duration_ends_now(client):
    for query in ("NTANetAnalytics | count", "AzureNetworkAnalytics_CL | count"):
        narrowed = client.query_workspace("default", query, timespan=timedelta(hours=1), **PLAIN)
        assert narrowed.tables[0].rows[0][0] == 0


def test_statistics_and_renderings_are_told_when_asked_for(client):
    response = client.query_workspace(
        "default",
        "print x = 1 | render barchart with (title = 'T')",
        timespan=None,
        include_statistics=True,
        include_visualization=True,
        server_timeout=60,
        **PLAIN,
    )
    assert response.statistics["query"]["executionTime"] > 0
    assert response.visualization["visualization"] == "barchart" and response.visualization["title"] == "T"
    plain = client.query_workspace("default", "print x = 1", timespan=None, **PLAIN)
    assert not plain.statistics and not plain.visualization


def test_errors_carry_their_text(client):
    with pytest.raises(HttpResponseError) as caught:
        client.query_workspace("default", "NTANetAnalytics | where SrcIP == 1", timespan=None, **PLAIN)
    assert caught.value.status_code == 400
    assert "SemanticError" in str(caught.value) and "write SrcIp" in str(caught.value)
    with pytest.raises(HttpResponseError) as caught:
        client.query_workspace("default", "T | where (", timespan=None, **PLAIN)
    assert "SyntaxError" in str(caught.value)
    with pytest.raises(HttpResponseError, match="nowhere"):
        client.query_workspace("nowhere", "print 1", timespan=None, **PLAIN)


def test_rows_over_the_limit_are_a_partial_result(client):
    query = "set truncationmaxrecords=1; range x from 1 to 5 step 1"
    response = client.query_workspace("default", query, timespan=None, **PLAIN)
    assert response.status == LogsQueryStatus.PARTIAL
    assert [list(row) for row in response.partial_data[0].rows] == [[1]]
    assert "exceed" in str(response.partial_error.details)


def test_several_statements_are_several_tables(client):
    response = client.query_workspace("default", "print 1; print 2, 3", timespan=None, **PLAIN)
    assert [list(table.rows[0]) for table in response.tables] == [[1], [2, 3]]


def test_a_batch_has_an_answer_for_each(client):
    requests = [
        LogsBatchQuery("default", "print 1", timespan=None, include_statistics=True),
        LogsBatchQuery("default", "nonsense", timespan=timedelta(days=1)),
        LogsBatchQuery("default", "set truncationmaxrecords=1; range x from 1 to 3 step 1", timespan=None),
        LogsBatchQuery("nowhere", "print 1", timespan=None),
        LogsBatchQuery("default", "print 5", timespan=(END, timedelta(days=1)), additional_workspaces=["default"]),
    ]
    one, wrong, part, nowhere, five = client.query_batch(requests, **PLAIN)
    assert list(one.tables[0].rows[0]) == [1] and one.statistics["query"]["executionTime"] >= 0
    assert wrong.status == LogsQueryStatus.FAILURE and "SemanticError" in str(wrong)
    assert part.status == LogsQueryStatus.PARTIAL and len(part.partial_data[0].rows) == 1
    assert nowhere.status == LogsQueryStatus.FAILURE
    assert list(five.tables[0].rows[0]) == [5]
