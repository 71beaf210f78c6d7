SELECT t.code
FROM xiangtu.villages AS t
WHERE (((t.code >= $1
AND t.code < $2) OR t.name = ANY ($3::text[]) OR false)
AND (t.name ILIKE $4) IS NOT TRUE
AND t.official_name IS NULL
AND (t.name ILIKE $5 OR replace(t.pinyin, ' ', '') LIKE $6 OR regexp_replace(t.pinyin, '(\S)\S*\s*', '\1', 'g') LIKE $7)
AND t.updated_at >= $8::timestamptz)
ORDER BY t.code
-- $1 = 445203
-- $2 = 445203􏿿
-- $3 = ['; drop table x; -- b]
-- $4 = %50\%\_\\%
-- $5 = %tan wang%
-- $6 = %tanwang%
-- $7 = tanwang%
-- $8 = 1970-01-01 00:00:00 +0000 UTC
