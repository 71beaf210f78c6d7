// The pages in a real browser, against BASE_URL or a server of its own. Screenshots are left in web/out.
import { withBrowser, visit } from './chromium.mjs';
import { check, finish, scenario } from './report.mjs';
import { keyOf, withServer } from './server.mjs';
import { access } from './scenarios/access.mjs';
import { live } from './scenarios/live.mjs';
import { docs, features, playground } from './scenarios/pages.mjs';
import { drawing, failure, keyboard, links, looks, phone, search, selection } from './scenarios/map.mjs';

try {
  await withServer((base, database) =>
    withBrowser(async (browser) => {
      const open = (path, options, use) => visit(browser, base + path, options, use);
      for (const run of [drawing, selection, search, links, keyboard, looks, phone, failure, docs, features, access]) {
        await scenario(run.name, () => run(open));
      }
      await scenario(playground.name, async () => playground(open, await keyOf('editor', database)));
      await scenario(live.name, () => live(open, base, database));
    }),
  );
} catch (error) {
  check(false, 'the test ran to its end', error.stack ?? error);
}
finish();
