SELECT t.code
FROM xiangtu.grids AS t
WHERE ((NOT t.parent_code = $1::text)
AND t.workers BETWEEN $2::int8
AND $3::float8
AND (CASE WHEN t.level IS NOT NULL
AND $4::int8 IS NOT NULL THEN t.workers BETWEEN t.level
AND $5::int8 END)
AND (upper(lower(t.name COLLATE "und-x-icu")) LIKE upper(lower(normalize(regexp_replace(normalize($6::text, NFD), '[\u0300-\u036F\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]', '', 'g'), NFC) COLLATE "und-x-icu"))) IS NULL
AND power(mod(trunc(t.area_square_metres::float8 / nullif((t.workers::float8 - $7::float8), 0))::numeric, nullif(t.workers::float8, 0)::numeric)::float8, $8::float8) > $9::int8)
ORDER BY t.code
-- $1 = x
-- $2 = 1
-- $3 = 2.5
-- $4 = 9
-- $5 = 9
-- $6 = É%
-- $7 = 0.5
-- $8 = 2
-- $9 = 3
