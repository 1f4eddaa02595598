-- The rows of NTANetAnalytics, computed once more: from the raw JSON, by the rules of aggregation alone.
--
-- $files: blobs; $minutes: the processing interval. Times are microseconds since the Unix epoch.
-- What the program under test does in another language and another way must come to the same rows.

WITH content AS (
    SELECT content FROM read_text($files)
),
-- A blob is {"records":[…]}, a record, or a record a line.
records AS (
    SELECT unnest(from_json(json_extract(content, '$.records'), '["JSON"]')) AS record
    FROM content WHERE json_valid(content) AND json_exists(content, '$.records')
    UNION ALL
    SELECT content::JSON FROM content WHERE json_valid(content) AND NOT json_exists(content, '$.records')
    UNION ALL
    SELECT line::JSON FROM (
        SELECT unnest(string_split(trim(content, E' \n\r\t'), E'\n')) AS line FROM content WHERE NOT json_valid(content)
    )
),
numbered AS (
    SELECT row_number() OVER () AS record_number, record,
        record ->> '$.category' AS category,
        ((record ->> '$.time')::TIMESTAMPTZ AT TIME ZONE 'UTC') AS time,
        coalesce(record ->> '$.flowLogVersion', record ->> '$.properties.Version')::INT AS version
    FROM records
),
vnet_groups AS (
    SELECT record_number, time, 'vnet' AS generation,
        record ->> '$.flowLogResourceID' AS flow_log, record ->> '$.targetResourceID' AS target,
        record ->> '$.macAddress' AS mac, flow ->> '$.aclID' AS acl, flow_group ->> '$.rule' AS rule,
        from_json(json_extract(flow_group, '$.flowTuples'), '["VARCHAR"]') AS tuples
    FROM (
        SELECT record_number, time, record, flow,
            unnest(from_json(json_extract(flow, '$.flowGroups'), '["JSON"]')) AS flow_group
        FROM (
            SELECT record_number, time, record,
                unnest(from_json(json_extract(record, '$.flowRecords.flows'), '["JSON"]')) AS flow
            FROM numbered WHERE category = 'FlowLogFlowEvent' AND version = 4
        )
    )
),
nsg_groups AS (
    SELECT record_number, time, 'nsg' AS generation,
        coalesce(record ->> '$.resourceId', record ->> '$.resourceid') AS flow_log, NULL AS target,
        interface ->> '$.mac' AS mac, coalesce(record ->> '$.resourceId', record ->> '$.resourceid') AS acl,
        flow ->> '$.rule' AS rule,
        from_json(json_extract(interface, '$.flowTuples'), '["VARCHAR"]') AS tuples
    FROM (
        SELECT record_number, time, record, flow,
            unnest(from_json(json_extract(flow, '$.flows'), '["JSON"]')) AS interface
        FROM (
            SELECT record_number, time, record,
                unnest(from_json(json_extract(record, '$.properties.flows'), '["JSON"]')) AS flow
            FROM numbered WHERE category = 'NetworkSecurityGroupFlowEvent' AND version IN (1, 2)
        )
    )
),
fields AS (
    SELECT * EXCLUDE (tuples), string_split(unnest(tuples), ',') AS f
    FROM (SELECT * FROM vnet_groups UNION ALL SELECT * FROM nsg_groups)
),
tuples AS (
    SELECT record_number, generation, flow_log, target, mac, acl, rule,
        time_bucket(to_minutes($minutes), time) AS interval_start,
        f[1]::BIGINT * CASE WHEN f[1]::BIGINT < 100000000000 THEN 1000 ELSE 1 END AS millis,
        f[2] AS src_ip, f[3] AS dest_ip, f[5]::INT AS dest_port,
        CASE f[6] WHEN 'T' THEN 'TCP' WHEN 'U' THEN 'UDP' WHEN '6' THEN 'TCP' WHEN '17' THEN 'UDP' ELSE f[6] END
            AS l4_protocol,
        CASE f[7] WHEN 'I' THEN 'Inbound' ELSE 'Outbound' END AS direction,
        CASE WHEN generation = 'nsg' AND f[8] = 'D' OR generation = 'vnet' AND f[8] = 'D'
            THEN 'Denied' ELSE 'Allowed' END AS status,
        -- State: none in version 1 of NSG logs, where each tuple is a flow.
        CASE WHEN generation = 'vnet' THEN f[8] ELSE coalesce(f[9], '') END AS state,
        CASE WHEN generation = 'nsg' THEN '' ELSE CASE f[9]
            WHEN 'X' THEN 'Encrypted' WHEN 'NX' THEN 'Unencrypted'
            WHEN 'NX_HW_NOT_SUPPORTED' THEN 'Unsupported hardware'
            WHEN 'NX_SW_NOT_READY' THEN 'Software not ready'
            WHEN 'NX_NOT_ACCEPTED' THEN 'Drop due to no encryption'
            WHEN 'NX_NOT_SUPPORTED' THEN 'Discovery not supported'
            WHEN 'NX_LOCAL_DST' THEN 'Destination on same host'
            WHEN 'NX_FALLBACK' THEN 'Fall back to no encryption' ELSE f[9] END END AS encryption,
        coalesce(try_cast(f[10] AS BIGINT), 0) AS packets_out, coalesce(try_cast(f[11] AS BIGINT), 0) AS bytes_out,
        coalesce(try_cast(f[12] AS BIGINT), 0) AS packets_back, coalesce(try_cast(f[13] AS BIGINT), 0) AS bytes_back
    FROM fields
),
spelled AS (
    SELECT * EXCLUDE (flow_log, target, mac, acl, rule),
        CASE generation WHEN 'vnet' THEN regexp_replace(lower(flow_log),
            '^/subscriptions/([^/]*)/resourcegroups/([^/]*)/providers/[^/]*/networkwatchers/([^/]*)/flowlogs/(.*)$',
            '\1/\2/\3/\4') ELSE '' END AS flow_log_resource_id,
        regexp_replace(lower(coalesce(target, flow_log)),
            '^/subscriptions/([^/]*)/resourcegroups/([^/]*)/providers/[^/]*/[^/]*/(.*)$', '\1/\2/\3')
            AS target_resource_id,
        coalesce(regexp_replace(upper(mac), '^(..)(..)(..)(..)(..)(..)$', '\1-\2-\3-\4-\5-\6'), '') AS mac_address,
        CASE WHEN lower(acl) IN ('unspecified', '00000000-0000-0000-0000-000000000000') THEN 'Unspecified'
            ELSE lower(acl) END AS acl_group,
        lower(regexp_replace(rule, '^(DefaultRule|UserRule)_', '')) AS acl_rule
    FROM tuples
)
SELECT
    epoch_us(interval_start) AS FlowIntervalStartTime,
    epoch_us(interval_start + to_minutes($minutes)) AS FlowIntervalEndTime,
    flow_log_resource_id AS FlowLogResourceId, target_resource_id AS TargetResourceId, mac_address AS MacAddress,
    src_ip AS SrcIp, dest_ip AS DestIp, dest_port AS DestPort, l4_protocol AS L4Protocol,
    acl_group AS AclGroup, acl_rule AS AclRule, direction AS FlowDirection, status AS FlowStatus,
    encryption AS FlowEncryption,
    count(*) FILTER (status = 'Allowed' AND direction = 'Inbound' AND state IN ('B', 'D', '')) AS AllowedInFlows,
    count(*) FILTER (status = 'Allowed' AND direction = 'Outbound' AND state IN ('B', 'D', '')) AS AllowedOutFlows,
    count(*) FILTER (status = 'Denied' AND direction = 'Inbound' AND state IN ('B', 'D', '')) AS DeniedInFlows,
    count(*) FILTER (status = 'Denied' AND direction = 'Outbound' AND state IN ('B', 'D', '')) AS DeniedOutFlows,
    count(*) FILTER (state = 'E') AS CompletedFlows,
    sum(packets_out)::BIGINT AS PacketsSrcToDest, sum(bytes_out)::BIGINT AS BytesSrcToDest,
    sum(packets_back)::BIGINT AS PacketsDestToSrc, sum(bytes_back)::BIGINT AS BytesDestToSrc,
    count(DISTINCT record_number) AS RecordCount,
    min(millis) * 1000 AS FlowStartTime, max(millis) * 1000 AS FlowEndTime
FROM spelled
GROUP BY ALL
