SELECT t.code, t.kind AS p0, t.area_square_metres AS p1
FROM xiangtu.villages AS t
WHERE true
AND ((t.kind < $1::text) OR (t.kind = $1::text
AND t.area_square_metres > $2::float8) OR (t.kind = $1::text
AND t.area_square_metres = $2::float8
AND t.code < $3::text))
ORDER BY t.kind DESC, t.area_square_metres, t.code DESC
LIMIT $4
-- $1 = village
-- $2 = 5
-- $3 = 445203001001
-- $4 = 21
