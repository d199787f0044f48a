import 'reflect-metadata';
import { loadProcessConfig } from '../config/process-config';
import { migrateDatabase } from '../database/known-schemas';
import { workBriefly } from './brief-work';
import { command, runCommand } from '../program/command';

const program = command('db:migrate', 'Runs the pending migrations. The server does so too when it starts.').action(
  async () => {
    const ran = await workBriefly(loadProcessConfig(), migrateDatabase, { install: true });
    process.stdout.write(ran.length === 0 ? 'No migration is pending.\n' : `${ran.join('\n')}\n`);
  },
);

void runCommand(program);
