import { readdirSync, readFileSync } from 'node:fs';
import { Marked } from 'marked';
import type { Plugin } from 'vite';

/** Fills docs.html with the Markdown files of this folder, in the order of their numbers, and a table of contents. */
export function documentation(): Plugin {
  return {
    name: 'documentation',
    configureServer({ watcher, ws }) {
      watcher.on('change', (file) => file.endsWith('.md') && ws.send({ type: 'full-reload' }));
    },
    transformIndexHtml: {
      order: 'pre',
      handler(html, { path }) {
        if (!path.endsWith('/docs.html')) return html;
        const { text, contents } = renderAll();
        return html.replace('<!-- text -->', () => text).replace('<!-- contents -->', () => contents);
      },
    },
  };
}

function renderAll(): { text: string; contents: string } {
  const folder = new URL('.', import.meta.url);
  const headings: { depth: number; id: string; html: string }[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        // "QGIS" is a way to look at tiles, and one to look at GeoJSON: the second gets a number.
        const slug = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
        const same = headings.filter(({ id }) => id === slug || id.startsWith(`${slug}~`)).length;
        const id = same === 0 ? slug : `${slug}~${same + 1}`;
        const html = this.parser.parseInline(tokens);
        headings.push({ depth, id, html });
        return `<h${depth} id="${id}"><a href="#${id}">${html}</a></h${depth}>\n`;
      },
      table(token) {
        const row = (cells: typeof token.header, tag: string) =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map((cells) => row(cells, 'td')).join('');
        return `<div class="table"><table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  const sections = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => `<section>${marked.parse(readFileSync(new URL(name, folder), 'utf8'))}</section>`);
  const links = headings.map(({ depth, id, html }) => `<li class="depth-${depth}"><a href="#${id}">${html}</a></li>`);
  return { text: sections.join('\n'), contents: `<ul>${links.join('')}</ul>` };
}
