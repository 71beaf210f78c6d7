// An archive that bin/xiangtu exports, read by npm's pmtiles and shown by the page that is written beside it, in a real
// browser, from a static file server. The tiles are those of the server. Screenshots are left in web/out.
import { execFile } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { PMTiles } from 'pmtiles';
import { visit, withBrowser } from './chromium.mjs';
import { check, finish, scenario } from './report.mjs';
import { withServer } from './server.mjs';

const program = fileURLToPath(new URL('../../bin/xiangtu', import.meta.url));
const layers = ['towns', 'villages', 'grids', 'belts', 'stations'];

/** A file as a source of npm's pmtiles. */
const source = async (name) => {
  const file = await open(name);
  return {
    getKey: () => name,
    getBytes: async (offset, length) => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
      return { data: buffer.buffer.slice(0, bytesRead) };
    },
    close: () => file.close(),
  };
};

/** All places around the map at a zoom. */
function around({ minLon, minLat, maxLon, maxLat }, zoom) {
  const column = (longitude) => Math.floor((longitude / 360 + 0.5) * 2 ** zoom);
  const row = (latitude) => Math.floor((0.5 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** zoom);
  const places = [];
  for (let x = column(minLon) - 1; x <= column(maxLon) + 1; x++) for (let y = row(maxLat) - 1; y <= row(minLat) + 1; y++) places.push([zoom, x, y]);
  return places;
}

async function reading(file, base) {
  const bytes = await source(file);
  const archive = new PMTiles(bytes);
  const header = await archive.getHeader();
  check(header.specVersion === 3 && header.tileType === 1 && header.clustered && header.minZoom === 6 && header.maxZoom === 14, 'it is an archive of version 3, of zooms 6 to 14', JSON.stringify(header));
  const metadata = await archive.getMetadata();
  check(metadata.vector_layers.map(({ id }) => id).join() === layers.join(), 'its metadata names the layers', metadata.name);
  let tiles = 0;
  const faults = [];
  const counts = {};
  for (let zoom = header.minZoom; zoom <= header.maxZoom; zoom++) {
    await Promise.all(around(header, zoom).map(async ([z, x, y]) => {
      const archived = await archive.getZxy(z, x, y);
      const response = await fetch(`${base}/tiles/${layers.join()}/${z}/${x}/${y}.mvt`);
      const served = Buffer.from(await response.arrayBuffer());
      if (!response.ok || !served.equals(Buffer.from(archived?.data ?? []))) faults.push(`${z}/${x}/${y}: ${archived?.data.byteLength ?? 0} bytes, the server has ${served.length}`);
      if (!archived) return;
      tiles += 1;
      const tile = new VectorTile(new PbfReader(new Uint8Array(archived.data)));
      for (const [name, layer] of Object.entries(tile.layers)) counts[name] = (counts[name] ?? 0) + layer.length;
    }));
  }
  await bytes.close();
  check(faults.length === 0, 'every tile is the server’s, byte for byte', faults.slice(0, 5).join(' | '));
  check(tiles === header.numAddressedTiles && tiles > 100, 'it has no other tiles', `${tiles} of ${header.numAddressedTiles}`);
  check(layers.every((layer) => counts[layer] > 0), 'every layer is in them', JSON.stringify(counts));
}

/** A static file server that knows ranges and nothing else. */
async function withFiles(folder, use) {
  const files = createServer((request, response) => {
    const name = path.join(folder, decodeURIComponent(new URL(request.url, 'http://x').pathname));
    const { size } = statSync(name);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const last = Math.min(Number(to), size - 1);
    response.setHeader('content-type', name.endsWith('.html') ? 'text/html' : 'application/octet-stream');
    if (from) response.writeHead(206, { 'content-range': `bytes ${from}-${last}/${size}`, 'content-length': last - from + 1 });
    createReadStream(name, from ? { start: Number(from), end: last } : {}).pipe(response);
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  try {
    await use(`http://127.0.0.1:${files.address().port}`);
  } finally {
    files.closeAllConnections();
    files.close();
  }
}

const drawn = (page) => page.evaluate(() => {
  const counts = {};
  for (const { sourceLayer } of window.xiangtu.map.queryRenderedFeatures()) counts[sourceLayer] = (counts[sourceLayer] ?? 0) + 1;
  return counts;
});

const settled = (page) => page.waitForFunction(() => window.xiangtu?.map.loaded() && !window.xiangtu.map.isMoving(), null, { timeout: 60000 });

async function showing(files, name) {
  await withBrowser((browser) => visit(browser, `${files}/${name}`, { name: 'archive' }, async (page) => {
    await settled(page);
    const far = await drawn(page);
    check(layers.every((layer) => far[layer] > 0), 'the page draws every layer', JSON.stringify(far));
    const names = await page.waitForFunction(() => {
      const shown = window.xiangtu.map.queryRenderedFeatures().filter(({ source }) => source === 'names').map(({ properties }) => `${properties.layer} ${properties.name}`);
      return shown.length > 20 && shown;
    }, null, { timeout: 20000 }).then((handle) => handle.jsonValue());
    const towns = names.filter((name) => name.startsWith('towns '));
    check(towns.length > 5 && new Set(towns).size === towns.length, 'a town in several tiles is named once', towns.join(', '));
    check((await page.locator('#legend label').count()) === layers.length, 'its legend has every layer');
    check((await page.title()) === '揭东区地图', 'it is called as the archive is', await page.title());
    check((await page.locator('.maplibregl-ctrl-attrib').textContent()).includes('揭东区'), 'and credits whom the archive does');
    await page.evaluate(() => window.xiangtu.map.jumpTo({ center: [116.3957, 23.578], zoom: 13 }));
    await settled(page);
    const near = await drawn(page);
    check(near.grids > 0 && near.villages > 0, 'also from near', JSON.stringify(near));
    await page.mouse.click(640, 400);
    check((await page.locator('.maplibregl-popup th').allTextContents()).includes('code'), 'a click shows a feature');
    await page.locator('.maplibregl-popup-close-button').click();
    await page.locator('#legend input').nth(layers.indexOf('grids')).uncheck();
    const gone = page.waitForFunction(() => !window.xiangtu.map.queryRenderedFeatures().some(({ sourceLayer }) => sourceLayer === 'grids'), null, { timeout: 20000 });
    check(await gone.then(() => true, () => false), 'a layer can be switched off');
    await page.locator('#legend input').nth(layers.indexOf('grids')).check();
    await page.evaluate(() => window.xiangtu.map.jumpTo({ center: [116.32, 23.64], zoom: 10.5 }));
    await settled(page);
  }));
}

try {
  await withServer(async (base, database) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'xiangtu-pmtiles-'));
    const file = path.join(folder, 'map 图.pmtiles');
    try {
      const { stdout } = await promisify(execFile)(program, [...database, 'export', layers.join(), file, '--max-zoom', '14', '--name', '揭东区地图', '--attribution', '© 揭东区']);
      console.log(stdout.trim());
      await scenario('npm pmtiles reads it', () => reading(file, base));
      check(!/(src|href)="(?!data:)/.test(readFileSync(path.join(folder, 'map 图.html'), 'utf8').slice(0, 3000)), 'the page needs no other file');
      await scenario('the page shows it', () => withFiles(folder, (files) => showing(files, 'map 图.html')));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
} catch (error) {
  check(false, 'the test ran to its end', error.stack ?? error);
}
finish();
