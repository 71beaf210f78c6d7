import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { compressed } from './compress.ts';
import { documentation } from './docs/plugin.ts';

const server = process.env.XIANGTU_URL ?? 'http://127.0.0.1:8080';

/** Leaves out the fonts that are written into GraphiQL's style sheet: a quarter of a megabyte that the machine has. */
function withoutEmbeddedFonts(): Plugin {
  return {
    name: 'without-embedded-fonts',
    enforce: 'pre',
    transform: {
      filter: { id: /graphiql\/dist\/style\.css/ },
      handler: (code) => code.replace(/@font-face\s*\{[^}]*\}/g, ''),
    },
  };
}

export default defineConfig({
  plugins: [documentation(), withoutEmbeddedFonts(), compressed()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0, // a strict Content-Security-Policy, and a cache, prefer files
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: ['index.html', 'playground.html', 'docs.html', 'ogc.html'],
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning), // "use client" means nothing here
    },
  },
  test: { include: ['src/**/*.test.ts', 'test/**/*.test.ts'], reporters: ['default', './test/summary.ts'] },
  server: {
    proxy: Object.fromEntries(['/graphql', '/tiles', '/layers', '/ogc'].map((path) => [path, { target: server, ws: path === '/graphql' }])),
  },
});
