SELECT t.code
FROM xiangtu.belts AS t
WHERE true
ORDER BY t.code
