import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const COMPRESSIBLE = /\.(css|html|js|json|svg|ttf)$/;
const SMALLEST_BYTES = 1024;
/** Beyond that the best compression takes seconds and saves little. */
const LARGE_BYTES = 512 * 1024;

/** Puts a compressed form beside each file, so that the server need not compress anything. */
function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = path.resolve(root, build.outDir);
    },
    closeBundle: async () => {
      const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        COMPRESSIBLE.test(name),
      );
      await Promise.all(names.map((name) => compress(path.join(folder, name))));
    },
  };
}

async function compress(file: string): Promise<void> {
  const content = readFileSync(file);
  if (content.length < SMALLEST_BYTES) return;
  const isLarge = content.length > LARGE_BYTES;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: isLarge ? 7 : 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  writeFileSync(`${file}.br`, await promisify(brotliCompress)(content, { params }));
  // Browsers take Brotli over HTTPS and from localhost alone.
  writeFileSync(`${file}.gz`, await promisify(gzip)(content, { level: isLarge ? 6 : 9 }));
}

const server = `http://127.0.0.1:${process.env.PORT ?? '4000'}`;

export default defineConfig(({ command }) => ({
  // Where the server has the files. In development the pages stand at their own addresses.
  base: command === 'build' ? '/admin/' : '/',
  root: import.meta.dirname,
  publicDir: false,
  plugins: [compressed()],
  build: {
    outDir: process.env.CONSOLE_OUT_DIR ?? '../dist/console',
    emptyOutDir: true,
    // A data URL would be an origin of its own to the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 6000,
    reportCompressedSize: false,
    rolldownOptions: {
      onwarn: (warning, warn) => {
        // "use client" tells a server's renderer something; there is none here.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
    license: { fileName: 'assets/licenses.txt' },
  },
  worker: { format: 'es' },
  // Its imports end in "?worker", which the server resolves and the optimizer does not.
  optimizeDeps: { exclude: ['@graphiql/react/setup-workers/vite'] },
  server: {
    proxy: Object.fromEntries(
      ['/admin/graphql', '/admin/backups/db_backup', '/graphql', '/exports', '/readyz'].map((path) => [path, server]),
    ),
  },
}));
