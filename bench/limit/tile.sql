WITH tile AS (
    SELECT ST_TileEnvelope($1, $2, $3) AS bound,
           ST_Transform(ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096), 4326) AS reach
), drawn AS (
    SELECT g.fid, g.code, g.name, g.pinyin, g.level, g.workers,
           g.village_code AS "villageCode", g.parent_code AS "parentCode", g.area_square_metres AS "areaSquareMetres",
           ST_AsMVTGeom(ST_Transform(g.geom, 3857), tile.bound, 4096, 64) AS geom
    FROM tile JOIN xiangtu.grids AS g ON g.geom && tile.reach
)
SELECT ST_AsMVT(drawn, 'grids', 4096, 'geom', 'fid') FROM drawn
