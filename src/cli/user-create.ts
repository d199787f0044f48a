import 'reflect-metadata';
import { Option } from 'commander';
import { loadProcessConfig } from '../config/process-config';
import { Role } from '../entities/enums';
import { byCommand } from '../services/changes';
import { UserService } from '../services/user-service';
import { workOnLedger } from './ledger-work';
import { command, runCommand } from '../program/command';
import { readPassword } from '../program/password';

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
    const user = await workOnLedger(config, (dataSource) =>
      new UserService(dataSource).create(byCommand('user:create'), { email, name, role, password }),
    );
    process.stdout.write(`${user.id}\n`);
    process.stderr.write(`Created ${user.role} ${user.email} with id ${user.id}.\n`);
  });

void runCommand(program);
