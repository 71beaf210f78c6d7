import type { LayerName } from './generated/graphql';

/** The layers of the map from the lowest to the topmost. In URLs and tiles their names are in lower case. */
export const layerKeys = ['towns', 'villages', 'grids', 'belts', 'stations'] as const;

/** A layer's name as tiles and URLs spell it. */
export type LayerKey = (typeof layerKeys)[number];

/** A feature's name among all features: its layer and its code there. */
export interface FeatureKey {
  layer: LayerKey;
  code: string;
}

/** From the spelling of GraphQL to the spelling of tiles and URLs. */
export const layerKey = (name: LayerName): LayerKey => name.toLowerCase() as LayerKey;

/** Whether a text names a layer. */
export const isLayerKey = (text: string): text is LayerKey => (layerKeys as readonly string[]).includes(text);

/** Whether two names mean the same feature; null means none. */
export const sameFeature = (a: FeatureKey | null, b: FeatureKey | null): boolean =>
  a?.layer === b?.layer && a?.code === b?.code;

/** The level of the grids that are shown at a zoom: a village at first, then its parts, then theirs. */
export const gridLevel = (zoom: number): 1 | 2 | 3 => (zoom < 12 ? 1 : zoom < 13 ? 2 : 3);
