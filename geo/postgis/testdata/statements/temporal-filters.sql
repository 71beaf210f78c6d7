SELECT t.code
FROM xiangtu.grids AS t
WHERE (NOT (t.updated_at <= 'infinity'::timestamptz
AND t.updated_at >= $1::timestamptz)
AND ((t.updated_at AT TIME ZONE 'UTC')::date < '-infinity'::timestamptz
AND 'infinity'::timestamptz > '-infinity'::timestamptz
AND 'infinity'::timestamptz < $2::date))
ORDER BY t.code
-- $1 = 1970-01-01 00:00:00 +0000 UTC
-- $2 = 1970-01-01 00:00:00 +0000 UTC
