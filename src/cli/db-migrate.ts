import 'reflect-metadata';
import { loadProcessConfig } from '../config';
import { createDataSource } from '../database/data-source';
import { migrate } from '../database/migrate';
import { workBriefly } from './brief-work';
import { command, runCommand } from './command';

const program = command('db:migrate', 'Runs the pending migrations. The server does so too when it starts.').action(
  async () => {
    const ran = await workBriefly(loadProcessConfig(), async (address) => {
      const dataSource = await createDataSource(address).initialize();
      try {
        return await migrate(dataSource);
      } finally {
        await dataSource.destroy();
      }
    });
    process.stdout.write(ran.length === 0 ? 'No migration is pending.\n' : `${ran.join('\n')}\n`);
  },
);

void runCommand(program);
