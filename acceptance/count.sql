-- What is in a blob, counted without reducing it: tuples by state, packets and bytes each way.
--
-- $file: a blob of any of the usual forms. The flow tuples are found as text, wherever they stand.

WITH texts AS (
    SELECT unnest(regexp_extract_all(content, '"(\d{10,13},[^"]*,[^"]*)"', 1)) AS tuple FROM read_text($file)
),
fields AS (
    SELECT string_split(tuple, ',') AS f FROM texts
)
SELECT
    count(*) AS tuples,
    count(*) FILTER (state = 'B') AS "begin", count(*) FILTER (state = 'C') AS continuing,
    count(*) FILTER (state = 'E') AS "end", count(*) FILTER (state = 'D') AS deny,
    count(*) FILTER (state = '') AS unstated,
    coalesce(sum(packets_out), 0)::BIGINT AS packets_src_to_dest, coalesce(sum(bytes_out), 0)::BIGINT AS bytes_src_to_dest,
    coalesce(sum(packets_back), 0)::BIGINT AS packets_dest_to_src, coalesce(sum(bytes_back), 0)::BIGINT AS bytes_dest_to_src
FROM (
    SELECT
        CASE WHEN f[6] IN ('T', 'U') THEN coalesce(f[9], '') ELSE f[8] END AS state,
        try_cast(f[10] AS BIGINT) AS packets_out, try_cast(f[11] AS BIGINT) AS bytes_out,
        try_cast(f[12] AS BIGINT) AS packets_back, try_cast(f[13] AS BIGINT) AS bytes_back
    FROM fields
)
