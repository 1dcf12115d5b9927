import { defineConfig } from 'vite';

// The server embeds dist/ and serves it at /admin/; names of assets carry their hashes.
export default defineConfig({
  base: '/admin/',
  esbuild: { jsx: 'automatic', legalComments: 'none' },
  build: {
    target: 'es2020',
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
      output: {
        // Modules of ra-core import each other in circles: split, they could run in a wrong order.
        manualChunks: (id) => (/node_modules\/ra-core\//.test(id) ? 'core' : undefined),
      },
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
});
