SELECT ST_AsBinary(t.geom, 'NDR'), t.code, t.name, t.length_metres
FROM xiangtu.belts AS t
WHERE true
ORDER BY t.code
