import { defineConfig } from 'vite';

const server = process.env.XIANGTU_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  build: {
    target: 'es2023',
    emptyOutDir: true,
    assetsInlineLimit: 0, // a strict Content-Security-Policy, and a cache, prefer files
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: ['index.html'] },
  },
  server: {
    proxy: Object.fromEntries(['/graphql', '/tiles', '/layers'].map((path) => [path, { target: server, ws: path === '/graphql' }])),
  },
});
