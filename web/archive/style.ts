import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { source as names } from './names';

/** The colours of the map's own layers; any other takes one of the rest by turns. */
const colours: Record<string, string> = { towns: '#5f5648', villages: '#8a9a5b', grids: '#a99f88', belts: '#12725c', stations: '#b3392b' };
const rest = ['#1d4ed8', '#7c3aed', '#b45309', '#0e7490'];

export const colourOf = (layer: string, index: number): string => colours[layer] ?? rest[index % rest.length]!;

/** How wide a line is, and the outline of a ground. */
const width = (line: number, outline: number): ExpressionSpecification =>
  ['match', ['geometry-type'], ['LineString', 'MultiLineString'], line, outline];

/**
 * A style that shows every layer of an archive, whatever its geometry is: grounds below, then lines, then points, then
 * names. A layer of the style is called by the layer of the tiles, a slash, and its kind.
 */
export function style(url: string, layers: string[], attribution: string): StyleSpecification {
  const from = (layer: string, kind: string) => ({ id: `${layer}/${kind}`, source: 'archive', 'source-layer': layer });
  // The first layer of an archive is the largest division: its lines and names come over those of what it consists of.
  const each = (draw: (layer: string, colour: string) => LayerSpecification) => layers.map((layer, index) => draw(layer, colourOf(layer, index))).reverse();
  return {
    version: 8,
    sources: { archive: { type: 'vector', url, attribution }, [names]: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } } },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': '#f4f2ec' } },
      ...each((layer, colour) => ({
        ...from(layer, 'ground'), type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'],
        paint: { 'fill-color': colour, 'fill-opacity': 0.08 },
      })),
      ...each((layer, colour) => ({
        ...from(layer, 'line'), type: 'line', filter: ['!=', ['geometry-type'], 'Point'],
        paint: {
          'line-color': colour,
          'line-width': ['interpolate', ['linear'], ['zoom'], 8, width(2, 0.5), 14, width(4, 1.5)],
        },
      })),
      ...each((layer, colour) => ({
        ...from(layer, 'point'), type: 'circle', filter: ['==', ['geometry-type'], 'Point'],
        paint: { 'circle-color': colour, 'circle-radius': 6, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 },
      })),
      // Without a `glyphs` URL all text is drawn with the fonts of the machine.
      ...each((layer, colour) => ({
        id: `${layer}/name`, source: names, type: 'symbol', filter: ['==', ['get', 'layer'], layer],
        layout: {
          'text-field': ['get', 'name'],
          'text-anchor': ['case', ['get', 'point'], 'top', 'center'],
          'text-offset': ['case', ['get', 'point'], ['literal', [0, 0.7]], ['literal', [0, 0]]],
          'text-size': 12,
          'text-font': ['Regular', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC'],
        },
        paint: { 'text-color': colour, 'text-halo-color': '#fdfcf9', 'text-halo-width': 1.5 },
      })),
    ],
  };
}
