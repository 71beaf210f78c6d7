SELECT k.number, x.*
FROM unnest($1::text[]) WITH ORDINALITY AS k (key, number) CROSS
JOIN LATERAL (SELECT t.code
FROM xiangtu.villages AS t
JOIN xiangtu.belt_villages AS l ON l.village_code = t.code
WHERE l.belt_code = k.key
ORDER BY l.position, t.code
LIMIT ALL OFFSET 0) AS x
ORDER BY k.number
-- $1 = [JD-B1]
