import 'reflect-metadata';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Option } from 'commander';
import { loadProcessConfig } from '../config';
import { createDataSource } from '../database/data-source';
import { migrate } from '../database/migrate';
import { Role } from '../entities/enums';
import { UserService } from '../services/user-service';
import { workBriefly } from './brief-work';
import { command, runCommand, UsageError } from './command';

interface Options {
  email: string;
  name: string;
  role: Role;
}

const program = command(
  'user:create',
  'Creates an account. The password is read from standard input, or asked for on a terminal.',
)
  .requiredOption('--email <email>', 'the address to sign in with')
  .requiredOption('--name <name>', 'the name of the person')
  .addOption(
    new Option('--role <role>', 'what the account may do')
      .choices([Role.ADMIN, Role.OPERATOR, Role.INVESTOR])
      .makeOptionMandatory(),
  )
  .action(async ({ email, name, role }: Options) => {
    const config = loadProcessConfig();
    const password = await readPassword();
    const user = await workBriefly(config, async (address) => {
      const dataSource = await createDataSource(address).initialize();
      try {
        await migrate(dataSource);
        return await new UserService(dataSource).create({ email, name, role, password });
      } finally {
        await dataSource.destroy();
      }
    });
    process.stdout.write(`${user.id}\n`);
    process.stderr.write(`Created ${user.role} ${user.email} with id ${user.id}.\n`);
  });

async function readPassword(): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  // What is typed at the prompt is not shown.
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  if (isTerminal) process.stderr.write('Password: ');
  try {
    for await (const line of lines) {
      if (isTerminal) process.stderr.write('\n');
      return line;
    }
  } finally {
    lines.close();
  }
  throw new UsageError('No password was given: type one at the prompt, or send it on standard input.');
}

void runCommand(program);
