import axe from 'axe-core';
import { check } from '../report.mjs';

const mapIsDrawn = (page) => page.waitForFunction(() => window.xiangtu?.map.map.loaded(), null, { timeout: 30000 });

const pages = [
  ['map', '/', mapIsDrawn],
  ['details', '/#feature=villages/445203001201', (page) => page.waitForSelector('#details h2')],
  ['docs', '/docs'],
  ['ogc', '/ogc'],
  ['ogc-items', '/ogc/collections/grids/items'],
  ['ogc-item', '/ogc/collections/villages/items/445203001002'],
  ['ogc-api', '/ogc/api?f=html'],
];

/** Who does not see the pages, or not well, can use them, by the rules of axe-core. The playground is GraphiQL's. */
export async function access(open) {
  for (const [name, path, ready] of pages) {
    await open(path, { name: `access-${name}` }, async (page) => {
      await ready?.(page);
      await page.evaluate(axe.source);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
        const told = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 100)}`).join(' | ');
        check(violations.length === 0, `${name}, ${colorScheme}: everybody can use it`, told);
      }
    });
  }
}
