SELECT t.code, t.name, t.length_metres AS p0
FROM xiangtu.belts AS t
WHERE true
ORDER BY t.length_metres, t.code
LIMIT $1
-- $1 = 11
