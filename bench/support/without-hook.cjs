// Loaded before the server: operations commit, and nobody asks for a backup.
require('reflect-metadata');
const services = require('../../dist/src/services/index.js');

const { createServices } = services;
services.createServices = (dataSource, settings) =>
  createServices(dataSource, { ...settings, afterCommit: () => undefined });
