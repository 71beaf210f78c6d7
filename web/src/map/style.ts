import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import type { Language } from '../i18n';
import { layerKeys, type FeatureKey, type LayerKey } from '../layers';
import { gridLabelZoom, type Overlays } from './overlays';
import type { Palette } from './palette';

/** All that the look of the map depends on. */
export interface Scene {
  palette: Palette;
  language: Language;
  layers: readonly LayerKey[];
  feature: FeatureKey | null;
  overlays: Overlays;
  /** The ground that the selected station serves. */
  area: FeatureCollection;
}

/** The name of the station's symbol in a palette's colours. */
export const stationIcon = (palette: Palette): string => `station-${palette.theme}`;

/**
 * The style of a scene. The map is drawn by handing each new scene's style to `map.setStyle`, which finds out what
 * has changed, so that nothing else needs to know the layers of the style.
 */
export function style(scene: Scene): StyleSpecification {
  const shown = (key: LayerKey, layers: LayerSpecification[]) => (scene.layers.includes(key) ? layers : []);
  return {
    version: 8,
    sources: {
      ...Object.fromEntries(layerKeys.map((key) => [key, tiles(key)])),
      labels: { type: 'geojson', data: scene.overlays.labels },
      'grid-labels': { type: 'geojson', data: scene.overlays.gridLabels },
      corridors: { type: 'geojson', data: scene.overlays.corridors },
      area: { type: 'geojson', data: scene.area },
    },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': scene.palette.background } },
      ...shown('towns', townGround(scene)),
      ...shown('villages', villageGround(scene)),
      ...shown('grids', gridGround(scene)),
      ...shown('belts', corridors(scene)),
      ...shown('grids', gridLines(scene)),
      ...shown('villages', villageLines(scene)),
      ...shown('towns', townLines(scene)),
      ...shown('stations', stationArea(scene)),
      ...selection(scene),
      ...shown('belts', beltLines(scene)),
      ...shown('grids', gridLabels(scene)),
      ...shown('villages', villageLabels(scene)),
      ...shown('belts', beltLabels(scene)),
      ...shown('towns', townLabels(scene)),
      ...shown('stations', stationSymbols(scene)),
    ],
  };
}

const tiles = (key: LayerKey): SourceSpecification => ({ type: 'vector', url: `/tiles/${key}.json` });

/** The layer of the same name in the tiles of that name. */
const from = <Key extends LayerKey>(key: Key) => ({ source: key, 'source-layer': key });

/** A number where the pointer is, and another where it is not. */
const hovered = (yes: number, no: number): ExpressionSpecification =>
  ['case', ['boolean', ['feature-state', 'hover'], false], yes, no];

const byZoom = (...stops: number[]): ExpressionSpecification => ['interpolate', ['linear'], ['zoom'], ...stops] as ExpressionSpecification;

/** Grids of one level: of the whole village from zoom 10, of its parts from 12, of theirs from 13. */
const levelOfZoom: FilterSpecification = ['==', ['get', 'level'], ['step', ['zoom'], 1, 12, 2, 13, 3]];

// Without a `glyphs` URL MapLibre draws all text with the fonts of the machine; the first name only tells the weight.
const fonts = (weight: 'Regular' | 'Bold'): string[] =>
  [weight, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Helvetica Neue', 'Arial'];

const names = ({ language, palette }: Scene): ExpressionSpecification =>
  language === 'zh'
    ? ['to-string', ['get', 'name']]
    : ['format', ['get', 'name'], {}, '\n', {}, ['get', 'pinyin'], { 'font-scale': 0.8, 'text-color': palette.textSoft }];

const townGround = ({ palette, layers }: Scene): LayerSpecification[] => [
  {
    id: 'towns-ground',
    type: 'fill',
    ...from('towns'),
    paint: { 'fill-color': palette.villages, 'fill-opacity': layers.includes('villages') ? byZoom(9, 1, 10.5, 0.2) : 1 },
  },
  {
    id: 'towns-hover',
    type: 'fill',
    ...from('towns'),
    paint: { 'fill-color': palette.highlight, 'fill-opacity': hovered(0.07, 0) },
  },
];

const villageGround = ({ palette }: Scene): LayerSpecification[] => [
  {
    id: 'villages-ground',
    type: 'fill',
    ...from('villages'),
    paint: { 'fill-color': ['match', ['get', 'kind'], 'community', palette.communities, palette.villages] },
  },
  {
    id: 'villages-hover',
    type: 'fill',
    ...from('villages'),
    paint: { 'fill-color': palette.highlight, 'fill-opacity': hovered(0.09, 0) },
  },
];

const gridGround = ({ palette }: Scene): LayerSpecification[] => [
  {
    id: 'grids-hover',
    type: 'fill',
    ...from('grids'),
    minzoom: 10,
    filter: levelOfZoom,
    paint: { 'fill-color': palette.highlight, 'fill-opacity': hovered(0.1, 0) },
  },
];

const gridLines = ({ palette }: Scene): LayerSpecification[] => [
  {
    id: 'grids-line',
    type: 'line',
    ...from('grids'),
    minzoom: 10,
    filter: levelOfZoom,
    paint: { 'line-color': palette.grids, 'line-width': byZoom(10, 0.3, 14, 1), 'line-dasharray': [3, 2] },
  },
];

const villageLines = ({ palette }: Scene): LayerSpecification[] => [
  {
    id: 'villages-line',
    type: 'line',
    ...from('villages'),
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.villageLines, 'line-width': byZoom(9, 0.4, 12, 1.2, 15, 2) },
  },
];

const townLines = ({ palette }: Scene): LayerSpecification[] => [
  {
    id: 'towns-casing',
    type: 'line',
    ...from('towns'),
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.halo, 'line-width': byZoom(9, 2.5, 14, 6), 'line-opacity': 0.7 },
  },
  {
    id: 'towns-line',
    type: 'line',
    ...from('towns'),
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.towns, 'line-width': byZoom(9, 1, 14, 2.4) },
  },
];

const corridors = ({ palette }: Scene): LayerSpecification[] => [
  {
    id: 'corridors-ground',
    type: 'fill',
    source: 'corridors',
    paint: { 'fill-color': palette.belts, 'fill-opacity': 0.14 },
  },
];

const beltLines = ({ palette }: Scene): LayerSpecification[] => [
  {
    id: 'belts-casing',
    type: 'line',
    ...from('belts'),
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': palette.halo, 'line-width': byZoom(9, 5, 14, 9), 'line-opacity': hovered(1, 0.85) },
  },
  {
    id: 'belts-line',
    type: 'line',
    ...from('belts'),
    layout: { 'line-join': 'round', 'line-cap': 'butt' },
    paint: {
      'line-color': palette.belts,
      'line-width': byZoom(9, 3, 14, 5.5),
      'line-dasharray': [
        'match', ['get', 'status'],
        'planned', ['literal', [0.8, 1]],
        'building', ['literal', [3, 0.6]],
        ['literal', [1, 0]],
      ],
    },
  },
];

const stationArea = ({ palette }: Scene): LayerSpecification[] => [
  { id: 'area-ground', type: 'fill', source: 'area', paint: { 'fill-color': palette.stations, 'fill-opacity': 0.08 } },
  {
    id: 'area-line',
    type: 'line',
    source: 'area',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.stations, 'line-width': 1.6, 'line-dasharray': [4, 2] },
  },
];

function selection({ feature, palette }: Scene): LayerSpecification[] {
  if (!feature || feature.layer === 'stations') return [];
  const selected = { ...from(feature.layer), filter: ['==', ['get', 'code'], feature.code] as FilterSpecification };
  const outline: LayerSpecification = {
    id: 'selection-line',
    type: 'line',
    ...selected,
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': palette.selection, 'line-width': feature.layer === 'belts' ? byZoom(9, 8, 14, 14) : byZoom(9, 2, 14, 3.5) },
  };
  if (feature.layer === 'belts') return [outline];
  return [
    { id: 'selection-ground', type: 'fill', ...selected, paint: { 'fill-color': palette.selection, 'fill-opacity': 0.1 } },
    outline,
  ];
}

const gridLabels = ({ palette }: Scene): LayerSpecification[] => [
  {
    id: 'grids-label',
    type: 'symbol',
    source: 'grid-labels',
    minzoom: gridLabelZoom,
    layout: { 'text-field': ['get', 'name'], 'text-font': fonts('Regular'), 'text-size': 11, 'text-max-width': 7, 'text-padding': 8 },
    paint: { 'text-color': palette.textSoft, 'text-halo-color': palette.halo, 'text-halo-width': 1.2 },
  },
];

const villageLabels = (scene: Scene): LayerSpecification[] => [
  {
    id: 'villages-label',
    type: 'symbol',
    source: 'labels',
    minzoom: 10.8,
    filter: ['==', ['get', 'layer'], 'villages'],
    layout: { 'text-field': names(scene), 'text-font': fonts('Regular'), 'text-size': byZoom(11, 11, 14, 13.5), 'text-max-width': 8, 'text-padding': 4 },
    paint: { 'text-color': scene.palette.text, 'text-halo-color': scene.palette.halo, 'text-halo-width': 1.3 },
  },
];

const townLabels = (scene: Scene): LayerSpecification[] => [
  {
    id: 'towns-label',
    type: 'symbol',
    source: 'labels',
    maxzoom: 14,
    filter: ['==', ['get', 'layer'], 'towns'],
    layout: { 'text-field': names(scene), 'text-font': fonts('Bold'), 'text-size': byZoom(9, 12, 13, 17), 'text-max-width': 8, 'text-padding': 6 },
    paint: { 'text-color': scene.palette.text, 'text-halo-color': scene.palette.halo, 'text-halo-width': 1.8 },
  },
];

const beltLabels = ({ palette }: Scene): LayerSpecification[] => [
  {
    id: 'belts-label',
    type: 'symbol',
    ...from('belts'),
    minzoom: 11,
    layout: {
      'symbol-placement': 'line', 'symbol-spacing': 420,
      'text-field': ['get', 'name'], 'text-font': fonts('Bold'), 'text-size': 12, 'text-offset': [0, -1.1], 'text-max-angle': 38,
    },
    paint: { 'text-color': palette.beltLabels, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 },
  },
];

const stationSymbols = (scene: Scene): LayerSpecification[] => [
  {
    id: 'stations-halo',
    type: 'circle',
    ...from('stations'),
    paint: {
      'circle-radius': 17,
      'circle-color': scene.palette.selection,
      'circle-opacity': ['case', ['==', ['get', 'code'], scene.feature?.layer === 'stations' ? scene.feature.code : ''], 0.45, hovered(0.25, 0)],
    },
  },
  {
    id: 'stations-symbol',
    type: 'symbol',
    ...from('stations'),
    layout: {
      'icon-image': stationIcon(scene.palette), 'icon-allow-overlap': true,
      'text-field': ['step', ['zoom'], '', 10.5, ['get', 'name']],
      'text-font': fonts('Bold'), 'text-size': 12, 'text-max-width': 9, 'text-optional': true,
      'text-variable-anchor': ['top', 'bottom', 'left', 'right'], 'text-radial-offset': 1.2,
    },
    paint: { 'text-color': scene.palette.stations, 'text-halo-color': scene.palette.halo, 'text-halo-width': 1.8 },
  },
];
