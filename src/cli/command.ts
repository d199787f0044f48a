import { Command, CommanderError } from 'commander';
import { reasonOf } from '../backup/errors';
import { survivePipes } from '../backup/worker-report';

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
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

/** A terminal that was closed, or a reader of our output that left, must not end the work halfway. */
function outliveReaders(): void {
  survivePipes();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (['EPIPE', 'EIO'].includes(error.code ?? '')) return;
    process.stderr.write(`Standard output cannot be written: ${reasonOf(error)}.\n`);
    process.exitCode = EXIT.failed;
  });
}

/** Settings of npm's own: that they are set says nothing of what was typed. */
const NPM_SETTINGS = new Set(['json', 'yes', 'help']);

/** Without "--", npm keeps `--keep=20` for itself, and the command would run as if nobody had asked for it. */
function refuseOptionsThatNpmTook(program: Command): void {
  const name = process.env.npm_lifecycle_event ?? '';
  if (name === '' || !program.name().split(' ').includes(name)) return;
  for (const { long } of program.options) {
    const option = long?.slice(2) ?? '';
    const kept = process.env[`npm_config_${option.replaceAll('-', '_')}`];
    // Npm's own as well, but too dear to be left out in silence.
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
