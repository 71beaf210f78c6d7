import { check } from '../report.mjs';

const layers = ['towns', 'villages', 'grids', 'belts', 'stations'];

/** Waits until the map stands still and has all its tiles. */
async function settled(page) {
  await page.waitForFunction(() => window.xiangtu?.map.map.loaded() && !window.xiangtu.map.map.isMoving(), null, { timeout: 30000 });
  await page.waitForTimeout(400); // overlays and details that a stop has called for
  await page.waitForFunction(() => window.xiangtu.map.map.loaded(), null, { timeout: 30000 });
}

/** How many features of each source are drawn, and the levels of the grids. */
const drawn = (page) =>
  page.evaluate(() => {
    const features = window.xiangtu.map.map.queryRenderedFeatures();
    const counts = {};
    for (const { source } of features) counts[source] = (counts[source] ?? 0) + 1;
    const levels = [...new Set(features.filter(({ source }) => source === 'grids').map(({ properties }) => properties.level))];
    return { counts, levels };
  });

/** Clicks the map at a place. */
async function clickAt(page, longitude, latitude) {
  const { x, y } = await page.evaluate((place) => window.xiangtu.map.map.project(place), [longitude, latitude]);
  await page.mouse.click(x, y);
}

const heading = (page) => page.locator('#details h2').textContent({ timeout: 10000 });
const hash = (page) => decodeURIComponent(new URL(page.url()).hash);

export async function drawing(open) {
  await open('/', { name: 'map' }, async (page) => {
    await settled(page);
    const { counts, levels } = await drawn(page);
    for (const layer of layers) check(counts[layer] > 0, `${layer} are drawn`, counts[layer]);
    check(counts.labels > 0 && counts.corridors > 0, 'names and corridors are drawn', JSON.stringify(counts));
    check(levels.join() === '1', 'grids are of level 1 from afar', levels);
    for (const [zoom, level] of [[12.4, 2], [13.4, 3]]) {
      await page.evaluate((to) => window.xiangtu.map.map.jumpTo({ zoom: to }), zoom);
      await settled(page);
      check((await drawn(page)).levels.join() === String(level), `grids are of level ${level} at zoom ${zoom}`);
    }
    const legend = await page.locator('.legend-count').allTextContents();
    check(legend.join() === '4,3,3,013,217,19', 'the legend counts the features', legend);
  });
}

export async function selection(open) {
  await open('/#at=12.2/23.58/116.42', { name: 'selection' }, async (page) => {
    await settled(page);
    await clickAt(page, 116.42, 23.57);
    const village = await heading(page);
    check(/[村区]/.test(village), 'a click shows the village', village);
    const sections = await page.locator('#details h3').allTextContents();
    check(sections.some((text) => text.startsWith('所属镇街')) && sections.some((text) => text.startsWith('网格概况')), 'with its relations', sections);
    check((await page.locator('#details tbody tr').count()) === 3, 'and the figures of three levels of grids');
    const selected = await page.evaluate(() => window.xiangtu.map.map.queryRenderedFeatures({ layers: ['selection-line'] }).length);
    check(selected > 0, 'it is outlined on the map');
    await page.locator('#details .link').first().click();
    await page.waitForFunction((before) => document.querySelector('#details h2')?.textContent !== before, village);
    check(/feature=towns\//.test(hash(page)), 'a link leads to its town', await heading(page));
    await page.goBack();
    await page.waitForFunction((before) => document.querySelector('#details h2')?.textContent === before, village);
    check(true, 'the way back leads to the village again');
    await page.mouse.move(700, 400);
    await page.waitForTimeout(200);
    check(await page.locator('#tooltip').isVisible(), 'what is under the pointer is named');
    check(/^116\.\d{5}, 23\.\d{5}$/.test(await page.locator('#coordinates').textContent()), 'and where it is');
  });
}

export async function search(open) {
  await open('/', { name: 'search' }, async (page) => {
    await settled(page);
    for (const text of ['曲溪', 'quxi', 'qx', '445203001']) {
      await page.fill('#search', text);
      await page.waitForFunction(() => /曲溪/.test(document.querySelector('#hits')?.textContent ?? ''), null, { timeout: 5000 }).catch(() => {});
      const hits = await page.locator('.hit-name').allTextContents();
      check(hits.some((hit) => hit.includes('曲溪')), `${text} finds 曲溪`, hits.slice(0, 3));
      await page.keyboard.press('Escape');
      await page.fill('#search', '');
    }
    await page.fill('#search', '曲溪');
    await page.waitForSelector('.hit');
    await page.keyboard.press('ArrowDown');
    const second = page.locator('.hit').nth(1);
    check((await second.getAttribute('aria-selected')) === 'true', 'the arrow keys choose a hit');
    const name = await second.locator('.hit-name').evaluate((element) => element.firstChild.textContent);
    await page.keyboard.press('Enter');
    check((await heading(page)) === name, 'Enter goes there', name);
    await settled(page);
    check(await page.evaluate(() => window.xiangtu.map.map.getZoom() > 11), 'and the map does too');
    await page.fill('#search', 'zzzzqqqq');
    await page.waitForFunction(() => document.querySelector('#hits-status')?.textContent !== '');
    check(/没有找到/.test(await page.locator('#hits-status').textContent()), 'a search in vain says what to try');
  });
}

export async function links(open) {
  await open('/#at=12.00/23.62000/116.31000&layers=villages,belts&feature=belts/JD-B1&lang=en', { name: 'link' }, async (page) => {
    await settled(page);
    const checked = await page.locator('.legend-row input:checked').evaluateAll((boxes) => boxes.map(({ name }) => name));
    check(checked.sort().join() === 'belts,villages', 'a link brings its layers', checked);
    const { counts } = await drawn(page);
    check(counts.villages > 0 && !counts.grids && !counts.towns, 'and only they are drawn', JSON.stringify(counts));
    check(/振兴示范带/.test(await heading(page)), 'its feature', await heading(page));
    check((await page.locator('html').getAttribute('lang')) === 'en', 'its language');
    const { zoom, longitude, latitude } = await page.evaluate(() => window.xiangtu.map.position());
    check(zoom === 12 && Math.abs(longitude - 116.31) < 1e-6 && Math.abs(latitude - 23.62) < 1e-6, 'and its position', [zoom, latitude, longitude]);
    await page.locator('input[name=towns]').click();
    check(/layers=towns,villages,belts/.test(hash(page)), 'a layer more is in the address', hash(page));
    await page.locator('#language').click();
    check(/lang=zh/.test(hash(page)) && (await page.locator('#details').textContent()).includes('沿线村'), 'so is another language, which the details speak at once');
  });
  await open('/#feature=villages/000000000000', { name: 'unknown' }, async (page) => {
    await page.waitForSelector('#details [role=alert]');
    check(/000000000000/.test(await page.locator('#details').textContent()), 'a link to a feature that is gone says so');
  });
}

export async function keyboard(open) {
  await open('/', { name: 'keyboard' }, async (page) => {
    await settled(page);
    const visited = [];
    for (let step = 0; step < 20 && visited.at(-1) !== 'zoom-home'; step++) {
      await page.keyboard.press('Tab');
      visited.push(await page.evaluate(() => document.activeElement.id || document.activeElement.name || document.activeElement.getAttribute('href') || document.activeElement.className || document.activeElement.tagName));
    }
    const order = ['language', 'theme', 'search', 'stations', 'towns', 'maplibregl-canvas', 'zoom-in', 'zoom-home'].map((id) => visited.indexOf(id));
    check(order.every((at, index) => at >= 0 && (index === 0 || at > order[index - 1])), 'Tab goes through everything in order', visited.join(' '));
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, a, canvas')].filter((element) => !(element.ariaLabel || element.textContent.trim() || element.closest('label'))).length);
    check(unnamed === 0, 'everything has a name', unnamed);
    await page.locator('.maplibregl-canvas').focus();
    await page.keyboard.press('Enter');
    check((await heading(page)) !== '', 'Enter on the map selects what is at its centre', await heading(page));
    check(await page.evaluate(() => document.activeElement.id === 'details'), 'and leads into the details');
    await page.keyboard.press('Escape');
    check(await page.locator('#details').isHidden(), 'Escape closes them');
    check(await page.evaluate(() => document.activeElement.className.includes('maplibregl-canvas')), 'and leads back to the map');
    await page.locator('input[name=villages]').focus();
    await page.keyboard.press('Space');
    await settled(page);
    check(!(await drawn(page)).counts.villages, 'the space bar hides a layer');
  });
}

export async function looks(open) {
  const ground = (page) => page.evaluate(() => ({ page: getComputedStyle(document.body).backgroundColor, map: window.xiangtu.map.map.getPaintProperty('background', 'background-color') }));
  await open('/', { name: 'dark', colorScheme: 'dark' }, async (page) => {
    await settled(page);
    const dark = await ground(page);
    check(dark.page === 'rgb(20, 23, 26)' && dark.map === '#14171a', 'the system turns the page and the map dark', JSON.stringify(dark));
    await page.locator('#theme').click();
    const light = await ground(page);
    check(light.page === 'rgb(244, 242, 236)' && light.map === '#f4f2ec', 'the button turns them light', JSON.stringify(light));
    await page.reload({ waitUntil: 'load' });
    await settled(page);
    check((await ground(page)).map === '#f4f2ec', 'and that is remembered');
    await page.locator('#theme').click();
    await settled(page);
    check((await drawn(page)).counts.stations > 0, 'stations have a symbol in both');
  });
}

export async function phone(open) {
  await open('/#feature=villages/445203001001', { name: 'phone', viewport: { width: 390, height: 844 } }, async (page) => {
    await settled(page);
    await heading(page);
    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the screen');
    const sheet = await page.locator('#details').boundingBox();
    check(sheet.y > 400 && Math.round(sheet.y + sheet.height) === 844 && sheet.width === 390, 'details come up from below', JSON.stringify(sheet));
    check(!(await page.locator('#legend').isVisible()), 'the legend is folded');
    await page.locator('#legend-card summary').click();
    check(await page.locator('#legend').isVisible(), 'and unfolds');
  });
}

export async function failure(open) {
  await open('/docs', { name: 'failure' }, async (page) => {
    // In a tab of its own, because the errors that this one provokes are not faults.
    const broken = await page.context().newPage();
    await broken.route('**/graphql', (route) => route.abort());
    await broken.goto(new URL('/', page.url()).href);
    await broken.waitForSelector('#message p');
    check(/请确认服务正在运行/.test(await broken.locator('#message').textContent()), 'without a server the page says what to do');
    await broken.unroute('**/graphql');
    await broken.locator('#message .button').click();
    await broken.waitForSelector('.maplibregl-canvas');
    check(true, 'and its button tries again');
    await broken.close();
  });
}
