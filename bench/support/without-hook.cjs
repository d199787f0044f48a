// Loaded before the server: operations commit, and nobody asks for a backup, neither at once nor by the coverage watcher.
require('reflect-metadata');
const services = require('../../dist/src/services/index.js');
const watcher = require('../../dist/src/backup/schedule/coverage-watcher.js');

const { createServices } = services;
services.createServices = (dataSource, settings) =>
  createServices(dataSource, { ...settings, afterCommit: () => undefined });
watcher.CoverageWatcher = class {
  stop() {}
};
