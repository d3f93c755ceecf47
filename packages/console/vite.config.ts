import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `npx vite packages/console` serves it with a gateway on its usual port behind it; tools/build.ts builds it. */
export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that it also works behind a proxy that has a prefix for the gateway.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../gateway/dist/console',
    emptyOutDir: true,
    // The page may load nothing but files of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/admin/api': 'http://127.0.0.1:4000' } },
});
