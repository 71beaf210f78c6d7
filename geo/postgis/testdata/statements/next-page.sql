SELECT t.code
FROM xiangtu.villages AS t
WHERE true
AND ((t.code > $1::text))
ORDER BY t.code
LIMIT $2
-- $1 = 445203001001
-- $2 = 21
