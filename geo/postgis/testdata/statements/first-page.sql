SELECT t.code, t.name
FROM xiangtu.villages AS t
WHERE true
ORDER BY t.code
LIMIT $1
-- $1 = 21
