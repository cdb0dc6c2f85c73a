import { defineConfig } from 'vite';

/** `npx vite web` serves the sources as they are changed, and asks a service on port 8080. */
export default defineConfig({
  base: '/wall/',
  // nothing inline: the page's policy (src/monitor/page) allows files of its own alone
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // one: pages share classes, and what is loaded later would come behind what it is meant to stand before
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
  },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  server: { proxy: { '/v1': 'http://127.0.0.1:8080' } },
});
