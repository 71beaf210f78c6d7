import type { FeatureCollection } from 'geojson';
import type { LayersQuery } from './generated/graphql';
import { preferredLanguage, type Language } from './i18n';
import { layerKey, layerKeys, type FeatureKey, type LayerKey } from './layers';
import { union, type Box } from './map/box';
import { noOverlays, nothing, type Overlays } from './map/overlays';
import { palette, type Theme } from './map/palette';
import type { Scene } from './map/style';
import { currentTheme } from './theme';
import type { View } from './view';

/** What the page shows. Everything on it is drawn from this. */
export interface State {
  language: Language;
  theme: Theme;
  visible: LayerKey[];
  feature: FeatureKey | null;
  /** The feature that the map shall go to when its box is known. */
  goingTo: FeatureKey | null;
  /** What the server has told of its layers; empty before. */
  layers: Map<LayerKey, { count: number; minZoom: number; revision: number }>;
  /** The extent of all layers. */
  home: Box;
  overlays: Overlays;
  /** The ground that the selected station serves. */
  area: FeatureCollection;
}

/** The state that a link asks for; what it leaves out is as the user's browser prefers. */
export function initialState(link: View): State {
  return {
    language: link.language ?? preferredLanguage(navigator.language),
    theme: currentTheme(),
    visible: link.layers ?? [...layerKeys],
    feature: link.feature,
    goingTo: link.position ? null : link.feature,
    layers: new Map(),
    home: [73, 18, 135, 54], // all of China, where there is not a single feature
    overlays: noOverlays,
    area: nothing,
  };
}

/** Takes over what the server told of its layers. */
export function setLayers(state: State, { layers }: LayersQuery): void {
  state.layers = new Map(layers.map(({ name, count, minZoom, revision }) => [layerKey(name), { count, minZoom, revision }]));
  const boxes = layers.map(({ bbox }) => bbox).filter((bbox) => bbox !== null);
  if (boxes.length > 0) state.home = union(boxes);
}

/** Shows or hides a layer. */
export function setVisible(state: State, layer: LayerKey, visible: boolean): void {
  state.visible = layerKeys.filter((key) => (key === layer ? visible : state.visible.includes(key)));
}

/** The part of the state that the map draws. */
export const scene = (state: State): Scene => ({
  palette: palette(state.theme),
  language: state.language,
  layers: state.visible,
  feature: state.feature,
  overlays: state.overlays,
  area: state.area,
});
