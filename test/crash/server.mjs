// The built server as it is, but for two things: it can stand still between a commit and the request for its backup,
// and the backup and proof processes that it starts can stand still at each of their steps.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { standStillSync } from './stand-still.mjs';

const require = createRequire(import.meta.url);
require('reflect-metadata');
const app = require('../../dist/src/app.js');
const services = require('../../dist/src/services/index.js');

const control = path.join(process.env.STORAGE_DIR, '..', 'control');

const { createServices } = services;
services.createServices = (dataSource, settings) =>
  createServices(dataSource, {
    ...settings,
    afterCommit: (operation) => {
      standStillSync(control, 'committed');
      settings.afterCommit(operation);
    },
  });

const { startApplication } = app;
app.startApplication = (options) =>
  startApplication({
    ...options,
    backupProgram: fileURLToPath(new URL('worker.mjs', import.meta.url)),
    proofProgram: fileURLToPath(new URL('prover.mjs', import.meta.url)),
  });

require('../../dist/src/main.js');
