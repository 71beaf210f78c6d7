SELECT t.code, t.name, t.pinyin, t.status, t.corridor_metres, t.length_metres, t.provenance, t.revision, t.updated_at, array_to_json((SELECT coalesce(array_agg(m.village_code
ORDER BY m.position), '{}')
FROM xiangtu.belt_villages AS m
WHERE m.belt_code = t.code))::text
FROM xiangtu.belts AS t
WHERE true
ORDER BY t.code
