package postgis_test

import (
	"testing"

	"xiangtu/internal/pgtest"
)

// pairs are geometries in pairs and a distance each: points, short lines and boxes everywhere, at the poles and on both
// sides of the antimeridian more often, and boxes so wide that their edges on the ellipsoid leave them.
const pairs = `
SELECT setseed(0.5);
CREATE TABLE pairs AS
WITH places AS (
    SELECT n,
        CASE n % 4 WHEN 0 THEN 180 - random() ^ 4 WHEN 1 THEN -180 + random() ^ 4 ELSE random() * 360 - 180 END AS x,
        CASE n % 5 WHEN 0 THEN 90 - random() ^ 4 * 3 WHEN 1 THEN -90 + random() ^ 4 * 3 ELSE degrees(asin(random() * 2 - 1)) END AS y,
        random() ^ 6 * 1000000 AS metres, random() * 360 AS azimuth, random() AS far
    FROM generate_series(1, 40000) AS n
), others AS (
    SELECT n, x, y, metres, ST_Project(ST_SetSRID(ST_MakePoint(x, y), 4326)::geography, metres * (0.9 + 0.2 * far), radians(azimuth))::geometry AS other FROM places
)
SELECT n, metres,
    CASE n % 3
        WHEN 0 THEN ST_SetSRID(ST_MakePoint(x, y), 4326)
        WHEN 1 THEN ST_MakeEnvelope(greatest(x - random() * 60, -180), greatest(y - random() * 20, -90), least(x, 180), y, 4326)
        ELSE ST_SetSRID(ST_MakeLine(ST_MakePoint(x, y), ST_MakePoint(greatest(least(x + random() * 100 - 50, 180), -180), y)), 4326)
    END AS operand,
    CASE n % 2
        WHEN 0 THEN other
        ELSE ST_SetSRID(ST_MakeLine(ST_SetSRID(other, 0), ST_MakePoint(least(ST_X(other) + random() * 0.5, 180), ST_Y(other))), 4326)
    END AS feature
FROM others`

// The box of a distance has everything in it that lies within the distance, so that a test by the index loses nothing.
func TestTheBoxOfADistanceLosesNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), pairs); err != nil {
		t.Fatal(err)
	}
	var within, lost, outside int
	var example *string
	const compared = `
SELECT count(*) FILTER (WHERE near), count(*) FILTER (WHERE near AND NOT boxed), count(*) FILTER (WHERE NOT boxed),
    min(n || ': ' || ST_AsText(operand) || ', ' || ST_AsText(feature) || ', ' || metres) FILTER (WHERE near AND NOT boxed)
FROM (
    SELECT *, ST_DWithin(operand::geography, feature::geography, metres) AS near, feature && xiangtu.around(operand, metres) AS boxed FROM pairs
) AS p`
	if err := pool.QueryRow(t.Context(), compared).Scan(&within, &lost, &outside, &example); err != nil {
		t.Fatal(err)
	}
	if lost > 0 {
		t.Errorf("%d of %d are within the distance and not in its box, such as %s", lost, within, *example)
	}
	if within < 10_000 || outside < 2000 {
		t.Errorf("%d are within, %d outside of the box: too few to tell", within, outside)
	}
}
