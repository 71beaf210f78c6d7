SELECT t.code, ST_Distance(t.geom::geography, ST_GeomFromWKB($1, 4326)::geography) AS p0
FROM xiangtu.villages AS t
WHERE true
ORDER BY ST_Distance(t.geom::geography, ST_GeomFromWKB($1, 4326)::geography), t.code
-- $1 = 01010000009a99999999195d400000000000803740
