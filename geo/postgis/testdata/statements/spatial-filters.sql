SELECT t.code
FROM xiangtu.villages AS t
WHERE (ST_Intersects(t.geom, ST_MakeEnvelope($1, $2, $3, $4, 4326))
AND (ST_Intersects(t.geom, ST_MakeEnvelope($5, $6, $7, $8, 4326)) OR ST_Intersects(t.geom, ST_MakeEnvelope($9, $10, $11, $12, 4326)))
AND (ST_Intersects(t.geom, ST_GeomFromWKB($13, 4326)))
AND NOT (ST_Intersects(t.geom, ST_GeomFromWKB($14, 4326)) OR ST_Intersects(t.geom, ST_GeomFromWKB($15, 4326)))
AND ST_DWithin(t.geom::geography, ST_GeomFromWKB($16, 4326)::geography, $17))
ORDER BY t.code
-- $1 = 116
-- $2 = 23
-- $3 = 117
-- $4 = 24
-- $5 = 179
-- $6 = 23
-- $7 = 180
-- $8 = 24
-- $9 = -180
-- $10 = 23
-- $11 = -179
-- $12 = 24
-- $13 = 01010000009a99999999195d400000000000803740
-- $14 = 01040000000100000001010000009a99999999195d400000000000803740
-- $15 = 010500000001000000010200000002000000000000000000f03f000000000000004000000000000008400000000000001040
-- $16 = 01010000009a99999999195d400000000000803740
-- $17 = 500
