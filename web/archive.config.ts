import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/**
 * Writes the page as one file with its script and style inside, compressed, because it is copied to wherever an archive
 * goes.
 */
function oneFile(): Plugin {
  return {
    name: 'one-file',
    enforce: 'post',
    generateBundle(_, bundle) {
      let script = '';
      let styles = '';
      for (const [name, item] of Object.entries(bundle)) {
        if (item.type === 'chunk') script += item.code;
        else if (name.endsWith('.css')) styles += String(item.source);
        else continue;
        delete bundle[name];
      }
      const page = bundle['archive.html'];
      if (page?.type !== 'asset') throw new Error('there is no archive.html');
      const html = String(page.source)
        .replace(/\s*<script type="module"[^>]*><\/script>/, '')
        .replace(/\s*<link rel="stylesheet"[^>]*>/, '')
        .replace('</head>', () => `<style>${styles}</style>\n</head>`)
        .replace('</body>', () => `<script type="module">${script.replaceAll('</script', '<\\/script')}</script>\n</body>`);
      delete bundle['archive.html'];
      this.emitFile({ type: 'asset', fileName: 'archive.html.gz', source: gzipSync(html, { level: 9 }) });
    },
  };
}

export default defineConfig({
  plugins: [oneFile()],
  build: {
    target: 'es2023',
    emptyOutDir: false, // the other pages are there
    modulePreload: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: { input: 'archive.html', output: { codeSplitting: false } },
  },
});
