"""Azure Data Explorer's client for Python, as people install it, against the program."""

import datetime
import uuid
from decimal import Decimal

import pytest

pytest.importorskip("azure.kusto.data", reason="azure-kusto-data is not installed")

from azure.kusto.data import ClientRequestProperties, KustoClient, KustoConnectionStringBuilder  # noqa: E402
from azure.kusto.data.exceptions import (  # noqa: E402
    KustoApiError,
    KustoMultiApiError,
    KustoServiceError,
)
from azure.kusto.data.response import WellKnownDataSet  # noqa: E402


@pytest.fixture(scope="module")
def client(server):
    with KustoClient(KustoConnectionStringBuilder.with_no_authentication(server.url)) as client:
        yield client


def rows(response, table=0):
    return [list(row) for row in response.primary_results[table]]


VALUES = """print
    b = true, i = int(-7), l = 9223372036854775807, r = 2.5, d = decimal(2.00000000000001), s = "aß\\"\\n",
    t = datetime(2020-03-04T14:05:01.3109965Z), n = -2d - 2.0020002s, g = guid(74be27de-1e4e-49d9-b579-fe0b331d3642),
    y = dynamic({"rowId": 2, "arr": [0, 2], "when": null})"""


def test_every_type_arrives_as_itself(client):
    response = client.execute_query("default", VALUES)
    [row] = response.primary_results[0]
    assert [column.column_type for column in response.primary_results[0].columns] == [
        "bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic",
    ]
    assert row["b"] is True and row["i"] == -7 and row["l"] == 9223372036854775807 and row["r"] == 2.5
    assert row["d"] == Decimal("2.00000000000001") and row["s"] == 'aß"\n'
    assert row["t"] == datetime.datetime(2020, 3, 4, 14, 5, 1, 310996, tzinfo=datetime.timezone.utc)
    assert row["n"] == -datetime.timedelta(days=2, seconds=2, microseconds=2000)
    assert uuid.UUID(str(row["g"])) == uuid.UUID("74be27de-1e4e-49d9-b579-fe0b331d3642")
    assert row["y"] == {"rowId": 2, "arr": [0, 2], "when": None}


def test_nulls_and_numbers_that_are_none_arrive(client):
    query = """print b = bool(null), i = int(null), l = long(null), r = real(null), d = decimal(null), s = "",
        t = datetime(null), n = timespan(null), g = guid(null), y = dynamic(null), q = real(nan), p = real(+inf)"""
    [row] = rows(client.execute_query("default", query))
    assert row[:5] == [None] * 5 and row[5] == "" and row[6:10] == [None] * 4
    assert [float(value) for value in row[10:]] == [pytest.approx(float("nan"), nan_ok=True), float("inf")]


def test_parameters_arrive(client):
    query = """declare query_parameters(n:long, s:string, t:datetime, d:dynamic, w:timespan = 1h);
        print n + 1, s, t, d[0], w"""
    properties = ClientRequestProperties()
    properties.set_parameter("n", 10)
    properties.set_parameter("s", "it's 12.50")
    properties.set_parameter("t", datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc))
    properties.set_parameter("d", 'dynamic(["A"])')
    [[n, s, t, d, w]] = rows(client.execute_query("default", query, properties))
    assert (n, s, d, w) == (11, "it's 12.50", "A", datetime.timedelta(hours=1))
    assert t == datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc)


def test_a_string_parameter_is_the_text_that_was_given(client):
    for text in ["1.50", "true", "", "datetime(2020-01-01)", "a, b; drop"]:
        properties = ClientRequestProperties()
        properties.set_parameter("s", text)
        query = "declare query_parameters(s:string); print s"
        assert rows(client.execute_query("default", query, properties)) == [[text]]


def test_a_table_is_counted(client, demo):
    [[count]] = rows(client.execute_query("default", "NTANetAnalytics | count"))
    assert count == demo.weir.table("NTANetAnalytics").num_rows


def test_several_statements_are_several_results(client):
    response = client.execute_query("default", "print a = 1; print b = 2, c = 'x'")
    assert [rows(response, table) for table in (0, 1)] == [[[1]], [[2, "x"]]]
    assert [table.table_id for table in response.primary_results] == [1, 2]


def test_what_is_rendered_is_told(client):
    response = client.execute_query("default", "print x = 1 | render piechart with (title = 'T')")
    [properties] = [table for table in response.tables if table.table_kind == WellKnownDataSet.QueryProperties]
    assert '"Visualization":"piechart"' in properties[0]["Value"].replace(" ", "")


def test_an_unknown_name_is_a_semantic_error(client):
    with pytest.raises(KustoServiceError) as caught:
        client.execute_query("default", "NTANetAnalytics | where SrcIP == 1")
    assert caught.value.is_semantic_error()
    assert "write SrcIp" in str(caught.value)
    body = caught.value.http_response.json()
    assert KustoApiError(body).get_api_error().permanent and body["error"]["innererror"]["code"] == "SEM0100"


def test_what_cannot_be_read_is_a_syntax_error(client):
    with pytest.raises(KustoServiceError) as caught:
        client.execute_query("default", "NTANetAnalytics | where (")
    assert "Syntax error: SYN0002" in str(caught.value) and not caught.value.is_semantic_error()


def test_an_unknown_database_is_told(client):
    with pytest.raises(KustoServiceError, match="Entity ID 'nowhere' of kind 'Database' was not found"):
        client.execute_query("nowhere", "print 1")


def test_rows_over_the_limit_are_a_partial_failure(client):
    properties = ClientRequestProperties()
    properties.set_option("truncationmaxrecords", 2)
    with pytest.raises(KustoMultiApiError, match="E_QUERY_RESULT_SET_TOO_LARGE"):
        response = client.execute_query("default", "range x from 1 to 5 step 1", properties)
        rows(response)
    properties.set_option(ClientRequestProperties.results_defer_partial_query_failures_option_name, True)
    response = client.execute_query("default", "range x from 1 to 5 step 1", properties)
    assert rows(response) == [[1], [2]]
    assert response.errors_count == 1 and "exceed" in response.get_exceptions()[0]


def test_a_set_statement_is_a_property(client):
    with pytest.raises(KustoMultiApiError):
        rows(client.execute_query("default", "set truncationmaxrecords=1; range x from 1 to 5 step 1"))


def test_a_query_is_stopped_after_its_time(client):
    properties = ClientRequestProperties()
    properties.set_option(ClientRequestProperties.request_timeout_option_name, datetime.timedelta(seconds=1))
    query = "range x from 1 to 100000000 step 1 | extend y = hash_sha256(tostring(x)) | summarize max(y), dcount(y)"
    with pytest.raises(KustoServiceError, match="timeout"):
        client.execute_query("default", query, properties)


def test_now_is_what_the_request_says(client):
    properties = ClientRequestProperties()
    properties.set_option("query_now", "2020-01-01T00:00:00Z")
    [[now]] = rows(client.execute_query("default", "print now()", properties))
    assert now == datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


def test_tables_are_narrowed_to_the_time_that_the_request_names(client, demo):
    properties = ClientRequestProperties()
    properties.set_option("query_datetimescope_column", "FlowIntervalStartTime")
    properties.set_option("query_datetimescope_from", "2026-05-28T00:00:00Z")
    properties.set_option("query_datetimescope_to", "2026-05-29T00:00:00Z")
    narrowed = rows(client.execute_query("default", "NTANetAnalytics | count", properties))
    query = """NTANetAnalytics | where FlowIntervalStartTime >= datetime(2026-05-28)
        | where FlowIntervalStartTime < datetime(2026-05-29) | count"""
    assert narrowed == rows(client.execute_query("default", query)) and narrowed[0][0] > 0


def test_rows_are_streamed(client):
    response = client.execute_streaming_query("default", "range x from 1 to 20000 step 1 | project x, s = tostring(x)")
    total = sum(row[0] for table in response.iter_primary_results() for row in table)
    assert total == 20000 * 20001 // 2
    assert not response.finished or response.errors_count == 0


def test_stored_functions_are_called(client):
    assert len(rows(client.execute_query("default", "Talkers(2)"))) == 2
    assert len(rows(client.execute_query("default", "Talkers | where Bytes > 0"))) == 3
    [row] = client.execute_mgmt("default", ".show function Talkers").primary_results[0]
    assert (row["Name"], row["Folder"], row["Parameters"]) == ("Talkers", "net", "(most:long = 3)")


def test_management_commands_are_answered(client, demo):
    def shown(command, database="default"):
        return client.execute_mgmt(database, command).primary_results[0]

    assert "Azure Data Explorer" in shown(".show version")[0]["ServiceOffering"]
    databases = shown(".show databases", "NetDefaultDB")
    assert [row["DatabaseName"] for row in databases] == ["default"] and databases[0][5] == ""
    assert "NTANetAnalytics" in [row[0] for row in shown(".show tables")]
    assert "TimeGenerated:datetime" in shown(".show table NTANetAnalytics cslschema")[0]["Schema"]
    details = shown(".show table NTANetAnalytics details")[0]
    assert details["TotalRowCount"] == demo.weir.table("NTANetAnalytics").num_rows
    assert shown(".show cluster")[0]["NodeId"]
    schema = shown(".show database default schema as json")[0]["DatabaseSchema"]
    assert '"CslType":"datetime"' in schema and '"Talkers"' in schema
    assert len(shown(".show databases entities with (tables=true)")) == 10
    for command in (".show materialized-views", ".show external tables", ".show entity_groups"):
        assert len(shown(command)) == 0


def test_what_a_command_shows_can_be_asked_further(client):
    piped = client.execute_mgmt("default", ".show tables | where TableName startswith 'Weir' | count")
    assert rows(piped) == [[3]]
    piped = client.execute_mgmt(
        "default", '.show databases schema | where TableName == "WeirBlobs" and isnotempty(ColumnName) | count'
    )
    assert rows(piped) == [[26]]


def test_a_command_that_changes_something_is_refused(client):
    for command in (".drop table NTANetAnalytics", ".create table T (a:long)", ".ingest inline into table T <| 1"):
        with pytest.raises(KustoServiceError, match="not supported"):
            client.execute_mgmt("default", command)


def test_rows_are_not_taken_in(client):
    import io

    with pytest.raises(KustoServiceError, match="weir ingest"):
        client.execute_streaming_ingest("default", "NTANetAnalytics", io.BytesIO(b"1,2"), None, "csv")


def test_ids_are_repeated(client, server):
    reply = server.request(
        "/v2/rest/query", {"db": "default", "csl": "print 1"}, x_ms_client_request_id="test;1"
    )
    assert reply.headers["x-ms-client-request-id"] == "test;1"
    uuid.UUID(reply.headers["x-ms-activity-id"])
