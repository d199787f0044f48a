import { Command, CommanderError } from 'commander';

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
        write(text.replace(/^error: /, '').replace(/\n\((Did you mean .*)\)/, ' $1'));
      },
    });
}

/**
 * Parses the process's arguments and runs the command: results on standard output, one clear line on standard error
 * where it fails, and the exit code of `EXIT`.
 */
export async function runCommand(program: Command): Promise<void> {
  try {
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

/** An error in one line, never with a stack. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*\n\s*/g, ' ').trim();
}
