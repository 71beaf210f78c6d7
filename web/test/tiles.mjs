// Every tile of zooms 8 to 14 within the bounds of the layers, decoded by @mapbox/vector-tile, against BASE_URL or a
// server of its own.
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { check, finish, scenario } from './report.mjs';
import { withServer } from './server.mjs';

const geometryTypes = { towns: 3, villages: 3, grids: 3, belts: 2, stations: 1 };
const layers = Object.keys(geometryTypes);

/** The columns or rows of tiles that an interval of the unit square meets. */
const range = (from, to, zoom) => {
  const [first, last] = [from, to].map((share) => Math.floor(share * 2 ** zoom));
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
};
const column = (longitude) => longitude / 360 + 0.5;
const row = (latitude) => 0.5 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / (2 * Math.PI);

/** What is wrong with a feature of a tile, if anything. */
function fault(feature, layer, fields) {
  if (!Number.isSafeInteger(feature.id)) return `id ${feature.id}`;
  if (feature.type !== geometryTypes[layer]) return `geometry type ${feature.type}`;
  if (feature.loadGeometry().flat().length === 0) return 'no vertices';
  for (const [name, value] of Object.entries(feature.properties)) {
    if (!(name in fields)) return `${name} is not declared`;
    if (!['string', 'number', 'boolean'].includes(typeof value)) return `${name} is ${value}`;
  }
  return feature.properties.code && feature.properties.name ? null : 'no code or no name';
}

/** Reads one tile; answers how many features each layer has in it, and what is wrong. */
async function read(url, fields) {
  const response = await fetch(url);
  if (response.status === 204) return { counts: {}, faults: [] };
  if (!response.ok) return { counts: {}, faults: [`${response.status} ${url}`] };
  const tile = new VectorTile(new PbfReader(new Uint8Array(await response.arrayBuffer())));
  const counts = {};
  const faults = [];
  for (const [name, layer] of Object.entries(tile.layers)) {
    counts[name] = layer.length;
    if (layer.version !== 2 || layer.extent !== 4096) faults.push(`${url}: ${name} has version ${layer.version}, extent ${layer.extent}`);
    for (let index = 0; index < layer.length; index++) {
      const wrong = fault(layer.feature(index), name, fields[name]);
      if (wrong) faults.push(`${url}: ${name} ${index}: ${wrong}`);
    }
  }
  return { counts, faults };
}

async function everyTile(base) {
  const tileJSON = await (await fetch(`${base}/tiles/${layers.join(',')}.json`)).json();
  check(tileJSON.tilejson.startsWith('3.'), 'the TileJSON is of version 3', tileJSON.tilejson);
  const fields = Object.fromEntries(tileJSON.vector_layers.map((layer) => [layer.id, layer.fields]));
  check(layers.every((layer) => 'code' in (fields[layer] ?? {})), 'it declares the fields of every layer', Object.keys(fields));
  const [west, south, east, north] = tileJSON.bounds;
  const template = new URL(tileJSON.tiles[0], base).href.replaceAll('%7B', '{').replaceAll('%7D', '}');
  for (let zoom = 8; zoom <= 14; zoom++) {
    const addresses = range(row(north), row(south), zoom).flatMap((y) =>
      range(column(west), column(east), zoom).map((x) => template.replace('{z}', zoom).replace('{x}', x).replace('{y}', y)));
    const tiles = await Promise.all(addresses.map((url) => read(url, fields)));
    const faults = tiles.flatMap((tile) => tile.faults);
    check(faults.length === 0, `zoom ${zoom}: ${addresses.length} tiles decode`, faults.slice(0, 3).join(' | '));
    const missing = layers.filter((layer) => !tiles.some(({ counts }) => counts[layer] > 0));
    check(missing.length === 0, `zoom ${zoom}: every layer is in them`, missing);
  }
}

try {
  await withServer((base) => scenario('tiles', () => everyTile(base)));
} catch (error) {
  check(false, 'the test ran to its end', error.stack ?? error);
}
finish();
