import { check } from '../report.mjs';

/** Changes a grid from the page, whose requests have the key of an editor. */
const changeGrid = (page, workers) =>
  page.evaluate(async (workers) => {
    const query = `mutation { updateGrid(code: "4452031042010101", input: { workers: ${workers} }) { errors { message } } }`;
    await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
  }, workers);

/** Each example is run as it stands, those that change the map with the key of an editor. What a subscription is to tell of is done meanwhile. */
export async function playground(open, key) {
  await open('/playground', { name: 'playground' }, async (page) => {
    await page.route('**/graphql', (route, request) => route.continue({ headers: { ...request.headers(), authorization: `Bearer ${key}` } }));
    await page.waitForSelector('.graphiql-query-editor .CodeMirror');
    const tabs = await page.locator('.graphiql-tab-button').allTextContents();
    check(tabs.length === 12, 'every example has a tab', tabs);
    const query = () => page.evaluate(() => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue());
    const result = () => page.evaluate(() => document.querySelector('.result-window .CodeMirror').CodeMirror.getValue());
    const answer = async (meanwhile = () => {}) => {
      const before = await result();
      await page.locator('.graphiql-execute-button').click();
      for (let tries = 0; tries < 100; tries++) {
        await meanwhile(tries);
        const text = await result();
        if (text !== before && /"(data|errors)"/.test(text)) return text;
        await page.waitForTimeout(100);
      }
      return 'no answer';
    };
    for (const [index, tab] of tabs.entries()) {
      await page.locator('.graphiql-tab-button').nth(index).click();
      await page.waitForTimeout(300);
      const subscribes = /^subscription/m.test(await query());
      const text = await answer(subscribes ? (tries) => changeGrid(page, 1 + (tries % 9)) : undefined);
      if (subscribes) {
        await page.locator('.graphiql-execute-button').click(); // which now ends it
        check(/"GRIDS"/.test(text), `${tab} tells of the grid that was changed`, text.replace(/\s+/g, ' ').slice(0, 90));
      }
      check(/"data"/.test(text) && !/"errors": \[\s*\{/.test(text), `${tab} is answered`, text.replace(/\s+/g, ' ').slice(0, 90));
    }
    await page.evaluate(() => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue('{ villages { totalCount } }'));
    await page.waitForTimeout(800); // GraphiQL reads the operations of a text some time after it has changed
    const own = await answer();
    check(/"totalCount": 217/.test(own), 'a query of one\'s own is answered', own.replace(/\s+/g, ' '));
    await page.locator('button[aria-label="Show Documentation Explorer"]').click();
    await page.waitForSelector('.graphiql-doc-explorer');
    await page.getByText('The map of a county-level district').waitFor({ timeout: 5000 });
    check(true, 'the schema is explained');
    await page.locator('button[aria-label="Open settings dialog"]').click();
    await page.waitForSelector('.graphiql-dialog');
    check(true, 'settings open');
  });
  await open('/playground', { name: 'playground-dark', colorScheme: 'dark' }, async (page) => {
    await page.waitForSelector('.graphiql-query-editor .CodeMirror');
    const colour = await page.evaluate(() => getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor);
    const [lightness] = colour.match(/\d+/g);
    check(Number(lightness) < 80, 'the playground is dark where the system is', colour);
  });
}

export async function docs(open) {
  await open('/docs', { name: 'docs' }, async (page) => {
    const text = await page.locator('main').textContent();
    for (const word of ['MapLibre', 'OpenLayers', 'Leaflet', 'QGIS', 'ogr2ogr', 'curl', 'xiangtu import', 'OAPIF', 'CQL2']) check(text.includes(word), `${word} is explained`);
    check(text.includes(new URL(page.url()).origin), 'snippets name the server that was asked');
    const broken = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].filter(({ hash }) => !document.getElementById(decodeURIComponent(hash.slice(1)))).map(({ hash }) => hash));
    check(broken.length === 0, 'every link leads somewhere', broken);
  });
}

export async function features(open) {
  for (const path of ['', '/conformance', '/api', '/collections', '/collections/villages', '/collections/villages/queryables', '/tiles', '/collections/grids/tiles', '/tileMatrixSets', '/tileMatrixSets/CGCS2000Quad', '/tiles/CGCS2000Quad']) {
    await open(`/ogc${path}?f=html`, { name: `ogc${path.replaceAll('/', '-')}` }, async (page) => {
      const [font, title] = await page.evaluate(() => [getComputedStyle(document.querySelector('h1')).fontSize, document.title]);
      check(font === '28px' && title.endsWith('乡图 Xiangtu'), `/ogc${path} is a page in the look of the others`, `${title}, ${font}`);
    });
  }
  await open('/ogc/collections/villages/tiles/WebMercatorQuad?f=html', { name: 'ogc-tileset' }, async (page) => {
    const tile = page.waitForResponse(/\/collections\/villages\/tiles\/WebMercatorQuad(\/\d+){3}/, { timeout: 10000 });
    await page.reload();
    check((await tile).ok(), 'the page of a tileset draws its tiles', (await tile).url());
    await page.waitForLoadState('networkidle');
  });
  await open('/ogc/collections/villages/items?f=html&limit=30&kind=community', { name: 'ogc-items', colorScheme: 'dark' }, async (page) => {
    await page.waitForSelector('.map canvas');
    check((await page.locator('tbody tr').count()) === 18, 'the table has the communities');
    await page.waitForLoadState('networkidle');
    await page.locator('tbody a').nth(1).click();
    await page.waitForSelector('.map canvas');
    check(/\/items\/445203001002\?f=html$/.test(page.url()), 'a row leads to its feature', page.url());
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(800); // the map fits its feature
    const box = await page.locator('.map canvas').boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const cursor = () => page.evaluate(() => document.querySelector('.map canvas').style.cursor);
    for (let tries = 0; tries < 50 && (await cursor()) !== 'pointer'; tries++) {
      await page.waitForTimeout(100);
      await page.mouse.move(box.x + box.width / 2 + (tries % 2), box.y + box.height / 2);
    }
    check((await cursor()) === 'pointer', 'the feature lies in the middle of its map');
  });
}
