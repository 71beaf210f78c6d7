import { isLayerKey, type FeatureKey, type LayerKey } from '../layers';

/** What of a drawn feature is needed to choose among several. */
export interface Drawn {
  id?: number | string;
  source: string;
  properties: Record<string, unknown>;
}

/** A chosen feature, with its name and its number in the tiles; a label has no number. */
export interface Picked extends FeatureKey {
  id: number | null;
  name: string;
}

/**
 * Chooses the feature that is meant by pointing at several. What is drawn on top of the ground comes first; of the
 * ground itself, what fills a good part of the screen at the zoom: towns, then villages, then grids. What is hidden is
 * not among the drawn, so the next best is taken.
 */
export function pick(drawn: Drawn[], zoom: number): Picked | null {
  const order = ['stations', 'labels', 'belts', ...groundOrder(zoom)];
  const best = drawn
    .filter(({ source }) => order.includes(source))
    .sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source))[0];
  if (!best) return null;
  const { layer = best.source, code, name } = best.properties;
  if (typeof layer !== 'string' || !isLayerKey(layer) || typeof code !== 'string') return null;
  return { layer, code, name: String(name ?? code), id: best.source === 'labels' ? null : Number(best.id) };
}

function groundOrder(zoom: number): LayerKey[] {
  if (zoom < 10.8) return ['towns', 'villages', 'grids'];
  if (zoom < 13) return ['villages', 'grids', 'towns'];
  return ['grids', 'villages', 'towns'];
}
