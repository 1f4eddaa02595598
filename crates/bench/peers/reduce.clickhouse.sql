-- VNet flow logs to the rows of an hour, for ClickHouse.
INSERT INTO FUNCTION file('{out}', 'Parquet')
SELECT
    toStartOfHour(parseDateTime64BestEffort(JSONExtractString(record, 'time'), 6, 'UTC')) AS FlowIntervalStartTime,
    JSONExtractString(record, 'flowLogResourceID') AS FlowLogResourceId,
    JSONExtractString(record, 'targetResourceID') AS TargetResourceId,
    JSONExtractString(record, 'macAddress') AS MacAddress,
    JSONExtractString(flow, 'aclID') AS AclGroup,
    JSONExtractString(rules, 'rule') AS AclRule,
    fields[2] AS SrcIp,
    fields[3] AS DestIp,
    toUInt16(fields[5]) AS DestPort,
    toUInt8(fields[6]) AS Protocol,
    fields[7] AS FlowDirection,
    fields[8] = 'D' AS Denied,
    fields[9] AS FlowEncryption,
    min(toInt64(fields[1])) AS FlowStartMillis,
    max(toInt64(fields[1])) AS FlowEndMillis,
    countIf(fields[8] IN ('B', 'D')) AS FlowsStarted,
    countIf(fields[8] = 'E') AS FlowsCompleted,
    sum(toInt64OrZero(fields[10])) AS PacketsSrcToDest,
    sum(toInt64OrZero(fields[11])) AS BytesSrcToDest,
    sum(toInt64OrZero(fields[12])) AS PacketsDestToSrc,
    sum(toInt64OrZero(fields[13])) AS BytesDestToSrc
FROM
(
    SELECT record, flow, rules, splitByChar(',', arrayJoin(JSONExtract(rules, 'flowTuples', 'Array(String)'))) AS fields
    FROM
    (
        SELECT record, flow, arrayJoin(JSONExtractArrayRaw(flow, 'flowGroups')) AS rules
        FROM
        (
            SELECT record, arrayJoin(JSONExtractArrayRaw(record, 'flowRecords', 'flows')) AS flow
            FROM
            (
                SELECT arrayJoin(JSONExtractArrayRaw(blob, 'records')) AS record
                FROM file('{blobs}/**/PT1H.json', 'RawBLOB', 'blob String')
            )
        )
    )
)
GROUP BY ALL
ORDER BY SrcIp, DestIp
SETTINGS use_hive_partitioning = 0, output_format_parquet_compression_method = 'zstd', engine_file_truncate_on_insert = 1, max_threads = {threads}
