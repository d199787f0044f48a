import 'reflect-metadata';
import { loadProcessConfig } from '../config/process-config';
import { AccountService } from '../services/account-service';
import { byCommand } from '../services/changes';
import { UserService } from '../services/user-service';
import { workOnLedger } from './ledger-work';
import { command, runCommand } from '../program/command';
import { readPassword } from '../program/password';

const program = command(
  'user:password',
  "Sets an account's password, where it was lost. It is read from standard input, or asked for on a terminal. " +
    'Every older token of the account stops working.',
)
  .requiredOption('--email <email>', 'the address that the account signs in with')
  .action(async ({ email }: { email: string }) => {
    const config = loadProcessConfig();
    const password = await readPassword();
    const user = await workOnLedger(config, async (dataSource) => {
      const { id } = await new UserService(dataSource).findByEmail(email);
      return new AccountService(dataSource).setPassword(byCommand('user:password'), String(id), password);
    });
    process.stderr.write(`${user.role} ${user.email} has the new password.\n`);
    if (user.disabledAt !== null) process.stderr.write('The account is disabled: enableUser lets it sign in again.\n');
  });

void runCommand(program);
