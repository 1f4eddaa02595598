-- VNet flow logs to the rows of an hour, for DuckDB.
COPY (
    WITH records AS (
        SELECT unnest(records) AS record
        FROM read_json('{blobs}/**/PT1H.json', maximum_object_size = 64000000, columns = {{
            records: 'STRUCT("time" TIMESTAMP, "macAddress" VARCHAR, "flowLogResourceID" VARCHAR,
                "targetResourceID" VARCHAR, "flowRecords" STRUCT(flows STRUCT("aclID" VARCHAR,
                "flowGroups" STRUCT(rule VARCHAR, "flowTuples" VARCHAR[])[])[]))[]'
        }})
    ),
    flows AS (SELECT record, unnest(record."flowRecords".flows) AS flow FROM records),
    rules AS (SELECT record, flow, unnest(flow."flowGroups") AS rules FROM flows),
    tuples AS (SELECT record, flow, rules.rule AS rule, string_split(unnest(rules."flowTuples"), ',') AS fields FROM rules)
    SELECT
        time_bucket(INTERVAL 1 HOUR, record."time") AS FlowIntervalStartTime,
        record."flowLogResourceID" AS FlowLogResourceId,
        record."targetResourceID" AS TargetResourceId,
        record."macAddress" AS MacAddress,
        flow."aclID" AS AclGroup,
        rule AS AclRule,
        fields[2] AS SrcIp,
        fields[3] AS DestIp,
        fields[5]::USMALLINT AS DestPort,
        fields[6]::UTINYINT AS Protocol,
        fields[7] AS FlowDirection,
        fields[8] = 'D' AS Denied,
        fields[9] AS FlowEncryption,
        min(fields[1]::BIGINT) AS FlowStartMillis,
        max(fields[1]::BIGINT) AS FlowEndMillis,
        count(*) FILTER (fields[8] IN ('B', 'D')) AS FlowsStarted,
        count(*) FILTER (fields[8] = 'E') AS FlowsCompleted,
        sum(coalesce(try_cast(fields[10] AS BIGINT), 0))::BIGINT AS PacketsSrcToDest,
        sum(coalesce(try_cast(fields[11] AS BIGINT), 0))::BIGINT AS BytesSrcToDest,
        sum(coalesce(try_cast(fields[12] AS BIGINT), 0))::BIGINT AS PacketsDestToSrc,
        sum(coalesce(try_cast(fields[13] AS BIGINT), 0))::BIGINT AS BytesDestToSrc
    FROM tuples
    GROUP BY ALL
    ORDER BY SrcIp, DestIp
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
