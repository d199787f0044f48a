import { Command, CommanderError } from 'commander';
import { reasonOf } from '../backup/core/errors';
import { withoutSecrets } from '../database/connection/loggable-error';
import { survivePipes } from './pipes';

/** Exit codes of every command; a wrong setting is a failure, a wrong option is wrong usage. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** A wrong use of a command, found after its options were read. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command of the package's scripts; `name` is the script's, such as "db:backup". */
export function command(name: string, description: string): Command {
  return new Command(`npm run ${name} --`)
    .description(description)
    .helpOption('--help', 'show this help')
    .exitOverride()
    .configureOutput({
      // One line, and no help after it.
      outputError: (text, write) => {
        write(
          text
            .replace(/^error: /, '')
            .replace(/\n\((Did you mean .*)\)/, ' $1')
            .replace(/^(too many arguments)\..*/, `$1: type options behind --, as in npm run ${name} -- --help.`),
        );
      },
    });
}

/**
 * Parses the process's arguments and runs the command: results on standard output, one clear line on standard error
 * where it fails, and the exit code of `EXIT`.
 */
export async function runCommand(program: Command): Promise<void> {
  outliveReaders();
  try {
    refuseOptionsThatNpmTook(program);
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    process.stderr.write(`${withoutSecrets(messageOf(error))}\n`);
    process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

/** A closed terminal or an ended reader of the output must not interrupt the work. */
function outliveReaders(): void {
  survivePipes();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (['EPIPE', 'EIO'].includes(error.code ?? '')) return;
    process.stderr.write(`Standard output cannot be written: ${reasonOf(error)}.\n`);
    process.exitCode = EXIT.failed;
  });
}

/** Settings that npm has itself: a value does not prove that the person typed the option. */
const NPM_SETTINGS = new Set(['json', 'yes', 'help']);

/** Without "--", npm keeps `--keep=20` for itself, and the command would run without the option. */
function refuseOptionsThatNpmTook(program: Command): void {
  const name = process.env.npm_lifecycle_event ?? '';
  if (name === '' || !program.name().split(' ').includes(name)) return;
  for (const { long } of program.options) {
    const option = long?.slice(2) ?? '';
    const kept = process.env[`npm_config_${option.replaceAll('-', '_')}`];
    // npm has this one too, but a restore that runs instead of a dry run would be too costly a mistake.
    const isKept = option === 'dry-run' ? kept === 'true' : kept !== undefined && !NPM_SETTINGS.has(option);
    if (!isKept) continue;
    throw new UsageError(`npm kept --${option} for itself: type npm run ${name} -- --${option} ...`);
  }
}

/** An error in one line, never with a stack. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, ' ').trim();
}
