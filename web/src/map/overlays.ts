import type { FeatureCollection, Geometry } from 'geojson';
import { formatPinyin } from '../format';
import type { GridLabelsQuery, OverlaysQuery } from '../generated/graphql';
import { layerKey } from '../layers';

/** What the map draws beside its tiles, as GeoJSON: names where they belong, and the corridors of the belts. */
export interface Overlays {
  labels: FeatureCollection;
  corridors: FeatureCollection;
  /** The names of the grids in sight, where they are large enough for one. */
  gridLabels: FeatureCollection;
}

/** A collection without a feature. */
export const nothing: FeatureCollection = { type: 'FeatureCollection', features: [] };

/** The overlays before the server has answered. */
export const noOverlays: Overlays = { labels: nothing, corridors: nothing, gridLabels: nothing };

/** The zoom from which on the names of grids are drawn. */
export const gridLabelZoom = 14;

/** Places the names of towns and villages, and the corridors of belts. */
export function overlays({ towns, villages, belts }: OverlaysQuery): Omit<Overlays, 'gridLabels'> {
  return {
    labels: collection([...towns.nodes, ...villages.nodes], ({ labelPoint }) => labelPoint),
    corridors: collection(belts.nodes, ({ corridor }) => corridor),
  };
}

/** Places the names of grids. */
export const gridLabels = ({ grids }: GridLabelsQuery): FeatureCollection => collection(grids.nodes, ({ labelPoint }) => labelPoint);

type Named = OverlaysQuery['towns']['nodes'][number] | OverlaysQuery['belts']['nodes'][number];

function collection<Item extends Named>(items: Item[], geometry: (item: Item) => Geometry): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: items.map((item) => ({
      type: 'Feature',
      geometry: geometry(item),
      properties: { layer: layerKey(item.layer), code: item.code, name: item.name, pinyin: formatPinyin(item.pinyin) },
    })),
  };
}
