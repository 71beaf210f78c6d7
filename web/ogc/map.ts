import 'maplibre-gl/dist/maplibre-gl.css';
import { LngLatBounds, Map as MapLibre, setWorkerUrl, type FilterSpecification, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { FeatureCollection, Feature, Position } from 'geojson';

/** The colours of the map, from the style sheet of the page. */
function colours(): { ground: string; line: string; accent: string } {
  const probe = document.createElement('span');
  document.body.append(probe);
  const resolve = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const found = { ground: resolve('--ground'), line: resolve('--soft'), accent: resolve('--accent') };
  probe.remove();
  return found;
}

/** Draws the features that `data-geojson` of the element leads to, among the layers of the tiles of `data-tilejson`. */
export async function showItems(container: HTMLElement): Promise<void> {
  const { geojson = '', tilejson = '' } = container.dataset;
  const items = (await (await fetch(geojson)).json()) as FeatureCollection | Feature;
  const features = items.type === 'FeatureCollection' ? items.features : [items];
  const bounds = boundsOf(features);
  if (bounds.isEmpty()) {
    container.hidden = true;
    return;
  }
  setWorkerUrl(workerUrl);
  const map = new MapLibre({
    container,
    style: styleOf(items, tilejson),
    bounds,
    fitBoundsOptions: { padding: 24, maxZoom: 14 },
    attributionControl: false,
    dragRotate: false,
    cooperativeGestures: true, // the page scrolls
    transformRequest: (url) => ({ url: new URL(url, location.href).href }),
  });
  for (const layer of ['items-fill', 'items-line', 'items-point']) {
    map.on('click', layer, ({ features }) => {
      const hit = features?.[0];
      if (hit) location.href = itemPage(String(hit.properties.code));
    });
    map.on('mouseenter', layer, () => { map.getCanvas().style.cursor = 'pointer'; });
    map.on('mouseleave', layer, () => { map.getCanvas().style.cursor = ''; });
  }
}

/** Draws the tiles that `data-tilejson` of the element describes. */
export async function showTiles(container: HTMLElement): Promise<void> {
  const { tilejson = '' } = container.dataset;
  const { bounds, vector_layers } = (await (await fetch(tilejson)).json()) as { bounds?: [number, number, number, number]; vector_layers: { id: string }[] };
  if (!bounds) {
    container.hidden = true;
    return;
  }
  setWorkerUrl(workerUrl);
  const { ground, accent } = colours();
  new MapLibre({
    container,
    style: {
      version: 8,
      sources: { tiles: { type: 'vector', url: tilejson } },
      layers: [
        { id: 'ground', type: 'background', paint: { 'background-color': ground } },
        ...vector_layers.flatMap(({ id }) => [
          { id: `${id}-fill`, type: 'fill' as const, source: 'tiles', 'source-layer': id, filter: ['==', ['geometry-type'], 'Polygon'] as FilterSpecification, paint: { 'fill-color': accent, 'fill-opacity': 0.08 } },
          { id: `${id}-line`, type: 'line' as const, source: 'tiles', 'source-layer': id, filter: ['!=', ['geometry-type'], 'Point'] as FilterSpecification, paint: { 'line-color': accent, 'line-width': 0.8 } },
          { id: `${id}-point`, type: 'circle' as const, source: 'tiles', 'source-layer': id, filter: ['==', ['geometry-type'], 'Point'] as FilterSpecification, paint: { 'circle-color': accent, 'circle-radius': 5, 'circle-stroke-color': ground, 'circle-stroke-width': 2 } },
        ]),
      ],
    },
    bounds,
    fitBoundsOptions: { padding: 24 },
    attributionControl: false,
    dragRotate: false,
    cooperativeGestures: true, // the page scrolls
  });
}

/** The page of the feature with this code: that of a list is above it, that of a feature beside it. */
function itemPage(code: string): string {
  const list = location.pathname.replace(/\/items\/.*$/, '/items');
  return `${list}/${encodeURIComponent(code)}?f=html`;
}

function styleOf(items: FeatureCollection | Feature, tilejson: string): StyleSpecification {
  const { ground, line, accent } = colours();
  const around = /([^/]+)\.json$/.exec(tilejson)?.[1]?.split(',') ?? [];
  return {
    version: 8,
    sources: { around: { type: 'vector', url: tilejson }, items: { type: 'geojson', data: items } },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': ground } },
      ...around.map((layer) => ({
        id: layer, type: 'line' as const, source: 'around', 'source-layer': layer, paint: { 'line-color': line, 'line-opacity': 0.4, 'line-width': 0.6 },
      })),
      { id: 'items-fill', type: 'fill', source: 'items', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': accent, 'fill-opacity': 0.18 } },
      { id: 'items-line', type: 'line', source: 'items', filter: ['!=', ['geometry-type'], 'Point'], paint: { 'line-color': accent, 'line-width': 1.4 } },
      { id: 'items-point', type: 'circle', source: 'items', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-color': accent, 'circle-radius': 6, 'circle-stroke-color': ground, 'circle-stroke-width': 2 } },
    ],
  };
}

function boundsOf(features: Feature[]): LngLatBounds {
  const bounds = new LngLatBounds();
  const extend = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    if (typeof coordinates[0] === 'number') bounds.extend((coordinates as Position) as [number, number]);
    else coordinates.forEach(extend);
  };
  for (const { geometry } of features) {
    if (geometry && 'coordinates' in geometry) extend(geometry.coordinates);
  }
  return bounds;
}
