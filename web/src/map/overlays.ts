import type { FeatureCollection, Geometry } from 'geojson';
import type { OverlaysQuery } from '../generated/graphql';
import { layerKey } from '../layers';

/** What the map draws beside its tiles, as GeoJSON: names where they belong, and the corridors of the belts. */
export interface Overlays {
  labels: FeatureCollection;
  corridors: FeatureCollection;
}

/** A collection without a feature. */
export const nothing: FeatureCollection = { type: 'FeatureCollection', features: [] };

/** The overlays before the server has answered. */
export const noOverlays: Overlays = { labels: nothing, corridors: nothing };

/** Makes the overlays of what the server answered. */
export function overlays({ towns, villages, belts }: OverlaysQuery): Overlays {
  return {
    labels: collection([...towns.nodes, ...villages.nodes], ({ labelPoint }) => labelPoint),
    corridors: collection(belts.nodes, ({ corridor }) => corridor),
  };
}

type Named = OverlaysQuery['towns']['nodes'][number] | OverlaysQuery['belts']['nodes'][number];

function collection<Item extends Named>(items: Item[], geometry: (item: Item) => Geometry): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: items.map((item) => ({
      type: 'Feature',
      geometry: geometry(item),
      properties: { layer: layerKey(item.layer), code: item.code, name: item.name, pinyin: item.pinyin },
    })),
  };
}
