SELECT k.number, x.*
FROM unnest($1::text[]) WITH ORDINALITY AS k (key, number) CROSS
JOIN LATERAL (SELECT t.code, t.workers
FROM xiangtu.grids AS t
WHERE t.village_code = k.key
AND t.level = $2::int8
ORDER BY t.code
LIMIT $3) AS x
ORDER BY k.number
-- $1 = [445203001001 445203001002]
-- $2 = 2
-- $3 = 4
