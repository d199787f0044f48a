// Loaded before the server: operations commit, and nobody asks for a backup, neither at once nor when looking round.
require('reflect-metadata');
const services = require('../../dist/src/services/index.js');
const lookout = require('../../dist/src/backup/lookout.js');

const { createServices } = services;
services.createServices = (dataSource, settings) =>
  createServices(dataSource, { ...settings, afterCommit: () => undefined });
lookout.Lookout = class {
  stop() {}
};
