SELECT t.code, t.name, t.pinyin, t.kind, t.official_name, t.town_code, t.area_square_metres, t.provenance, t.revision, t.updated_at, ST_AsBinary(t.geom, 'NDR'), t.bbox, ST_AsBinary(t.label_point, 'NDR')
FROM xiangtu.villages AS t
WHERE true
ORDER BY t.code
