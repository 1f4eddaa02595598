"""What clients send that cannot be run here, byte for byte as their sources say, and how they read the answers."""

import gzip
import json

KQL = "NTANetAnalytics | summarize Flows = count() by FlowType | order by Flows desc"


def lines(server, csl, **options):
    """An answer as the client for Go reads it: line by line, each a frame of its own."""
    body = {
        "db": "default",
        "csl": csl,
        "properties": {
            "Options": {
                "results_progressive_enabled": True,
                "results_v2_newlines_between_frames": True,
                "results_v2_fragment_primary_tables": True,
                "results_error_reporting_placement": "end_of_table",
                "servertimeout": "00:04:30",
                **options,
            },
            "Parameters": None,
        },
    }
    reply = server.request(
        "/v2/rest/query",
        body,
        Accept="application/json",
        Accept_Encoding="gzip, deflate",
        Content_Type="application/json; charset=utf-8",
        x_ms_version="2024-12-12",
        x_ms_client_request_id="KGC.execute;1",
    )
    assert reply.status == 200 and reply.headers["content-encoding"] == "gzip"
    text = gzip.decompress(reply.body).decode()
    assert text.startswith("[")
    read = text.splitlines()
    assert read[-1] == "]"
    for number, line in enumerate(read[:-1]):
        assert line[0] == ("[" if number == 0 else ",")
        yield line[1:]


def test_go_reads_fragments(server):
    head, properties, *rest = lines(server, KQL + "; print 1, 'a'")
    assert head == (
        '{"FrameType":"DataSetHeader","IsProgressive":false,"Version":"v2.0","IsFragmented":true,'
        '"ErrorReportingPlacement":"EndOfTable"}'
    )
    assert properties.startswith('{"FrameType":"DataTable","TableId":0,"TableKind":"QueryProperties"')
    frames = [json.loads(line) for line in rest]
    assert all(line.startswith('{"FrameType":') for line in rest)
    primary, tables = None, {}
    for frame in frames:
        kind = frame["FrameType"]
        if kind == "TableHeader":
            assert primary is None and list(frame) == ["FrameType", "TableId", "TableKind", "TableName", "Columns"]
            primary = frame["TableId"]
            tables[primary] = []
        elif kind == "TableFragment":
            assert frame["TableId"] == primary and frame["TableFragmentType"] == "DataAppend"
            assert all(isinstance(row, list) for row in frame["Rows"])
            tables[primary] += frame["Rows"]
        elif kind == "TableCompletion":
            assert frame["TableId"] == primary and frame["RowCount"] == len(tables[primary])
            primary = None
        else:
            assert primary is None, "nothing stands between the frames of a table"
            assert kind != "DataTable" or frame["TableKind"] != "PrimaryResult"
    assert [frame["FrameType"] for frame in frames[-2:]] == ["DataTable", "DataSetCompletion"]
    assert tables[2] == [[1, "a"]] and len(tables[1]) >= 2


def test_go_reads_partial_failures_at_the_end_of_a_table(server):
    frames = [json.loads(line) for line in lines(server, "range x from 1 to 9 step 1", truncationmaxrecords=5)]
    [completion] = [frame for frame in frames if frame["FrameType"] == "TableCompletion"]
    assert completion["RowCount"] == 5
    assert "E_QUERY_RESULT_SET_TOO_LARGE" in completion["OneApiErrors"][0]["error"]["@message"]
    assert frames[-1]["HasErrors"] and frames[-1]["OneApiErrors"]


def test_go_sends_parameters_as_literals(server):
    csl = "declare query_parameters(foo:string, n:long, t:timespan);\nprint foo, n, t"
    body = {
        "db": "default",
        "csl": csl,
        "properties": {"Options": {}, "Parameters": {"foo": '"it\\"s"', "n": "long(7)", "t": "timespan(01:00:00)"}},
    }
    [primary] = [f for f in server.request("/v2/rest/query", body).json() if f.get("TableKind") == "PrimaryResult"]
    assert primary["Rows"] == [['it"s', 7, "01:00:00"]]


def test_grafana_asks_for_data(server):
    """The plug-in for Azure Data Explorer: version 1, options in lower case, a source beside the query."""
    body = {
        "db": "default",
        "csl": "NTANetAnalytics | take 3 | project TimeGenerated, SrcIp, BytesSrcToDest, Tags = dynamic({'a': 1})",
        "querySource": "raw",
        "properties": {"options": {"servertimeout": "00:00:30", "queryconsistency": "strongconsistency"}},
    }
    answer = server.request("/v1/rest/query", body).json()
    assert not answer.get("Exceptions")
    table = answer["Tables"][0]
    assert [c["ColumnType"] for c in table["Columns"]] == ["datetime", "string", "long", "dynamic"]
    assert len(table["Rows"]) == 3 and table["Rows"][0][3] == {"a": 1}
    contents = answer["Tables"][-1]
    assert [c["ColumnName"] for c in contents["Columns"]] == ["Ordinal", "Kind", "Name", "Id", "PrettyName"]
    assert [row[1] for row in contents["Rows"]] == ["QueryResult", "QueryProperties", "QueryStatus"]


def test_grafana_checks_health_and_reads_the_schema(server):
    check = server.request("/v1/rest/query", {"db": "", "csl": ".show databases schema", "querySource": "schema"})
    assert check.status == 200 and check.json()["Tables"][0]["Rows"]
    databases = server.request("/v1/rest/mgmt", {"db": "", "csl": ".show databases"}).json()["Tables"][0]
    [row] = databases["Rows"]
    assert row[0] == "default" and databases["Columns"][5]["ColumnName"] == "PrettyName"
    reply = server.request("/v1/rest/mgmt", {"db": "", "csl": ".show databases schema as json"})
    [[text]] = reply.json()["Tables"][0]["Rows"]
    database = json.loads(text)["Databases"]["default"]
    for kind in ("Tables", "ExternalTables", "MaterializedViews", "Functions"):
        assert isinstance(database[kind], dict)
    assert all("CslType" in column for table in database["Tables"].values() for column in table["OrderedColumns"])
    assert database["Functions"]["Talkers"]["InputParameters"] == [
        {"Name": "most", "Type": "System.Int64", "CslType": "long", "CslDefaultValue": "3"}
    ]


def test_grafana_is_told_what_is_wrong(server):
    error = server.request("/v1/rest/query", {"db": "default", "csl": "T |"}).json()["error"]
    assert error["message"] and error["@type"].startswith("Kusto.Data.Exceptions.") and error["@message"]


def test_grafana_shows_partial_failures(server):
    answer = server.request("/v1/rest/query", {"db": "default", "csl": "set truncationmaxrecords=1; range x from 1 to 3 step 1"}).json()
    assert answer["Tables"][0]["Rows"][0] == [1] and "Exceptions" in answer["Tables"][0]["Rows"][1]
    assert len(answer["Exceptions"]) == 1


def test_grafana_asks_azure_monitor(server):
    """By resource, with the dashboard's time beside the timespan."""
    body = {
        "query": "NTANetAnalytics | summarize count() by bin(TimeGenerated, 1d)",
        "timespan": "2026-05-25T00:00:00Z/2026-06-01T00:00:00Z",
        "query_datetimescope_from": "2026-05-30T00:00:00Z",
        "query_datetimescope_to": "2026-06-01T00:00:00Z",
        "query_datetimescope_column": "TimeGenerated",
    }
    path = "/v1/subscriptions/x/resourceGroups/y/providers/Microsoft.OperationalInsights/workspaces/default/query"
    [table] = server.request(path, body).json()["tables"]
    assert table["name"] == "PrimaryResult" and 0 < len(table["rows"]) <= 2
    metadata = server.request(path.replace("/query", "/metadata")).json()
    assert {"tables", "functions", "workspaces", "solutions", "resourceTypes", "categories"} <= set(metadata)
    net = next(table for table in metadata["tables"] if table["name"] == "NTANetAnalytics")
    assert net["timespanColumn"] == "TimeGenerated" and {"name", "type"} <= set(net["columns"][0])


def test_kqlmagic_asks_both_services(server):
    """Properties as a text, a blank database for commands, the other service's answers as version 1."""
    probe = {"db": "default", "csl": "range c from 1 to 10 step 1 | count", "properties": json.dumps({"Options": {}, "Parameters": {}, "ClientRequestId": "KKC.execute;1"})}
    reply = server.request("/v2/rest/query", probe, Fed="True", Cache_Control="no-cache")
    assert reply.headers["x-ms-client-request-id"] == "KKC.execute;1"
    [primary] = [frame for frame in reply.json() if frame.get("TableKind") == "PrimaryResult"]
    assert primary["Rows"] == [[10]]
    listed = server.request("/v1/rest/mgmt", {"db": "NetDefaultDB", "csl": ".show databases"})
    assert listed.json()["Tables"][0]["Rows"][0][0] == "default"
    answer = server.request(
        "/v1/workspaces/default/query",
        {"query": "print x = 1, d = dynamic({'k': 1})", "timespan": None, "workspaces": None},
        Prefer="ai.response-thinning=false, include-statistics=true, wait=600",
    ).json()
    assert answer["Tables"][0]["Rows"] == [[1, {"k": 1}]]
    metadata = server.request("/v1/workspaces/default/metadata").json()
    assert metadata["tables"][0]["columns"][0]["type"]


def test_az_asks_a_workspace(server):
    body = {"query": "print x = 1, s = 'a'", "timespan": "PT1H", "workspaces": None}
    reply = server.request("/v1/workspaces/default/query", body, Content_Type="application/json")
    [table] = reply.json()["tables"]
    rows = [dict(zip((column["name"] for column in table["columns"]), row)) for row in table["rows"]]
    assert rows == [{"x": 1, "s": "a"}]
    by_address = server.request("/v1/workspaces/default/query?query=print%20x%20%3D%201&timespan=PT1H")
    assert by_address.json()["tables"][0]["rows"] == [[1]]


def test_servers_of_the_model_context_protocol_explore(server):
    def rows(csl, path="/v1/rest/mgmt"):
        return server.kusto(csl, path).json()["Tables"][0]["Rows"]

    assert "Azure Data Explorer" in rows(".show version")[0][4]
    assert ["NTANetAnalytics", ""] in rows(".show tables | project TableName, Folder")
    assert rows('.show databases | where DatabaseName == "default" | count') == [[1]]
    assert rows(".show table NTANetAnalytics cslschema")[0][0] == "NTANetAnalytics"
    assert json.loads(rows(".show table NTANetAnalytics schema as json")[0][1])["OrderedColumns"]
    assert rows(".show functions | project Name") == [["Flows"], ["Talkers"]]
    assert {row[1] for row in rows(".show databases entities with (showObfuscatedStrings=false)")} == {"Table", "Function"}
    schema = rows("NTANetAnalytics | getschema", "/v1/rest/query")
    assert ["TimeGenerated", "System.DateTime", "datetime"] in [[row[0], row[2], row[3]] for row in schema]
    assert len(rows("NTANetAnalytics | sample 10", "/v1/rest/query")) == 10
    assert rows("print now()", "/v1/rest/query")


def test_queries_are_asked_by_their_address(server):
    reply = server.request("/v1/rest/query?db=default&csl=print%201&properties=%7B%22Options%22%3A%7B%7D%7D")
    assert reply.json()["Tables"][0]["Rows"] == [[1]]
    assert server.request("/v2/rest/query?db=default&csl=print%201").json()[2]["Rows"] == [[1]]


def test_a_progressive_answer_tells_its_progress(server):
    options = {"Options": {"results_progressive_enabled": True}}
    frames = server.kusto("range x from 1 to 10000 step 1", **options).json()
    assert frames[0]["IsProgressive"] and not frames[0]["IsFragmented"]
    progress = [frame["TableProgress"] for frame in frames if frame["FrameType"] == "TableProgress"]
    assert progress == sorted(progress) and progress[-1] == 100
    assert sum(len(frame["Rows"]) for frame in frames if frame["FrameType"] == "TableFragment") == 10000
