SELECT t.code, array_to_string((SELECT coalesce(array_agg(m.village_code
ORDER BY m.position), '{}')
FROM xiangtu.belt_villages AS m
WHERE m.belt_code = t.code), ',')
FROM xiangtu.belts AS t
WHERE true
ORDER BY t.code
