import type { Feature, FeatureCollection, Geometry, Point, Position } from 'geojson';
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';

/** The source of names in the style. */
export const source = 'names';

/** One position for the name of a feature, and how much of it was seen. */
interface Place { position: Position; size: number; name: string; layer: string; point: boolean }

/**
 * Names each feature once. A feature that lies in several tiles is a piece in each, and a map that took its names from the
 * tiles would write one on every piece: here it stands on the largest of those that are loaded.
 */
export function nameOnce(map: MapLibre, layers: string[]): void {
  let shown = '';
  map.on('idle', () => {
    const names = collect(map, layers);
    const text = JSON.stringify(names);
    if (text === shown) return; // to set them makes the map idle once more
    shown = text;
    map.getSource<GeoJSONSource>(source)?.setData(names);
  });
}

function collect(map: MapLibre, layers: string[]): FeatureCollection<Point> {
  const places = new Map<string, Place>();
  for (const layer of layers) {
    for (const { geometry, properties } of map.querySourceFeatures('archive', { sourceLayer: layer })) {
      const key = `${layer} ${properties['code'] ?? properties['name']}`;
      const { position, size } = middle(geometry);
      const known = places.get(key);
      if (!position || (known && known.size >= size)) continue;
      places.set(key, { position, size, name: String(properties['name'] ?? ''), layer, point: geometry.type === 'Point' });
    }
  }
  const features = [...places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { position, name, layer, point }]): Feature<Point> => ({
    type: 'Feature', properties: { name, layer, point }, geometry: { type: 'Point', coordinates: position },
  }));
  return { type: 'FeatureCollection', features };
}

/** A position on a geometry, in the middle of what is largest of it, and the size of that in degrees or their square. */
function middle(geometry: Geometry): { position?: Position; size: number } {
  switch (geometry.type) {
    case 'Point':
      return { position: geometry.coordinates, size: 0 };
    case 'LineString':
      return { position: geometry.coordinates[geometry.coordinates.length >> 1]!, size: geometry.coordinates.length };
    case 'MultiLineString':
      return largest(geometry.coordinates.map((coordinates) => middle({ type: 'LineString', coordinates })));
    case 'Polygon':
      return within(geometry.coordinates);
    case 'MultiPolygon':
      return largest(geometry.coordinates.map(within));
    default:
      return { size: 0 };
  }
}

const largest = (all: { position?: Position; size: number }[]) => all.reduce((best, one) => (one.size > best.size ? one : best), { size: -1 });

/** The middle of the longest stretch inside a polygon at half its height. */
function within(rings: Position[][]): { position?: Position; size: number } {
  const latitudes = rings[0]!.map(([, y]) => y!);
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  const y = (south + north) / 2;
  const crossings = rings.flatMap((ring) => ring.slice(1).flatMap((to, i) => {
    const from = ring[i]!;
    return (from[1]! > y) === (to[1]! > y) ? [] : [from[0]! + ((y - from[1]!) / (to[1]! - from[1]!)) * (to[0]! - from[0]!)];
  })).sort((a, b) => a - b);
  let best: { position?: Position; size: number } = { size: 0 };
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    const [west, east] = [crossings[i]!, crossings[i + 1]!];
    const size = (east - west) * (north - south);
    if (size > best.size) best = { position: [(west + east) / 2, y], size };
  }
  return best;
}
