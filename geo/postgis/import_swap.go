package postgis

import "context"

// noticeSwap says that the axes of a file seem to be exchanged where its coordinates are in range either way: it lies
// off the map as it is given, and would lie on it the other way round. The towns are the map.
func (i *importer) noticeSwap(ctx context.Context) error {
	var swapped bool
	err := i.tx.QueryRow(ctx, `WITH map AS (
    SELECT ST_Expand(ST_MakeEnvelope(min(bbox[1]), min(bbox[2]), max(bbox[3]), max(bbox[4])), 0.1) AS box FROM xiangtu.towns
), file AS (
    SELECT ST_SetSRID(ST_Extent(geom)::geometry, 0) AS box FROM `+staging+`
)
SELECT coalesce(NOT map.box && file.box AND map.box ~ ST_FlipCoordinates(file.box), false) FROM map, file`).Scan(&swapped)
	if err == nil && swapped {
		i.report.Notes = append(i.report.Notes, "the file lies off the map, and on it if longitude and latitude are exchanged: give --swap-axes, or leave it out if it is given")
	}
	return err
}
