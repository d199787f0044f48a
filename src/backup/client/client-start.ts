import { spawn, type ChildProcess } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { DatabaseAddress } from '../../database/connection/address';
import { childEnvironment, clientPrefix, lowerPriority } from './child-process';
import type { ClientProgram } from './client-program';
import { clientOptions, openOptionFile, optionFileName } from './option-file';

export interface Invocation {
  program: ClientProgram;
  address: DatabaseAddress;
  /** Without the option file, which comes first. */
  args: readonly string[];
  /** Where the option file lies for the moment before it loses its name, and whose name it bears. */
  workDirectory: string;
  tag: string;
  initCommand?: string;
  /** For who writes much: it writes in pieces of 64 KiB, where the machine has the program for that. */
  largeWrites?: boolean;
}

/**
 * Starts the program without a shell, at low priority, with pipes for its streams. The password reaches it in an
 * open file without a name: never in its arguments or environment, nor in any user's own option files.
 * @param attach gets the program in the moment of its start: a program may be gone before anything awaited is done
 */
export async function startClient<Result>(
  invocation: Invocation,
  attach: (child: ChildProcess) => Result,
): Promise<Result> {
  const { program, address, args, workDirectory, tag, initCommand, largeWrites = false } = invocation;
  const certificates = address.tls?.verify === true ? (address.tls.ca ?? rootCertificates.join('\n')) : null;
  const options = clientOptions(address, program.family, {
    ...(certificates === null ? {} : { caFile: '/dev/fd/4' }),
    ...(initCommand === undefined ? {} : { initCommand }),
  });
  const files: FileHandle[] = [];
  try {
    for (const content of certificates === null ? [options] : [options, certificates]) {
      files.push(await openOptionFile(workDirectory, optionFileName(tag), content));
    }
    const prefix = await clientPrefix({ largeWrites });
    const [command = program.path, ...rest] = [...prefix, program.path, '--defaults-file=/dev/fd/3', ...args];
    const child = spawn(command, rest, {
      stdio: ['pipe', 'pipe', 'pipe', ...files.map(({ fd }) => fd)],
      env: childEnvironment(),
      // A process group of its own, so that what the program starts can be ended with it.
      detached: true,
    });
    lowerPriority(child);
    return attach(child);
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}
