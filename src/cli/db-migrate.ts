import 'reflect-metadata';
import { loadProcessConfig } from '../config';
import { createDataSource } from '../database/data-source';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open';
import { command, runCommand } from './command';

const program = command('db:migrate', 'Runs the pending migrations. The server does so too when it starts.').action(
  async () => {
    const database = await openDatabase(loadProcessConfig());
    try {
      const dataSource = await createDataSource(database.address).initialize();
      try {
        const ran = await migrate(dataSource);
        process.stdout.write(ran.length === 0 ? 'No migration is pending.\n' : `${ran.join('\n')}\n`);
      } finally {
        await dataSource.destroy();
      }
    } finally {
      await database.close();
    }
  },
);

void runCommand(program);
