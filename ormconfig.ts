import 'reflect-metadata';
import { loadProcessConfig } from './src/config/process-config';
import { createDataSource } from './src/database/data-source';
import { embeddedAddress } from './src/database/embedded/embedded';

// What the TypeORM command line loads, after a build: `npx typeorm migration:show -d dist/ormconfig.js`.
// The embedded database must be running, as it is while the server runs.
const config = loadProcessConfig();

export default createDataSource(config.database ?? embeddedAddress(config.storageDir));
