import { execFile, type ChildProcess } from 'node:child_process';
import { constants as os, setPriority } from 'node:os';
import { promisify } from 'node:util';
import { findProgram } from '../../database/host/programs';

const run = promisify(execFile);

/**
 * A command that runs at low CPU and I/O priority, where the machine has the programs for it. Its process stays the
 * given program's own.
 */
export async function gentle(command: readonly string[]): Promise<string[]> {
  return [...(await ionice()), ...command];
}

/**
 * Sets a child's CPU priority low; it and what it starts stay there. Not the lowest there is: on a busy machine that
 * would hardly run at all, and the operation would wait for its backup.
 */
export function lowerPriority(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, os.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Already gone, which its exit tells better.
  }
}

/**
 * Sends it to a child that was started with a process group of its own, where it still runs, and to what it started. Once
 * a child has ended, its number may be another's.
 */
export function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // All gone already.
  }
}

/** True if children are killed when this process dies (`setpriv --pdeathsig`). Otherwise they end when their pipe breaks. */
export async function diesWithUs(): Promise<boolean> {
  return (await deathPrefix()).length > 0;
}

function deathPrefix(): Promise<string[]> {
  return usable('setpriv', ['--pdeathsig', 'KILL']);
}

/**
 * What stands before a client program's own path: it takes low I/O priority, dies when this process does, and where it
 * is to write much does so in large pieces. Its process stays the program's own.
 */
export async function clientPrefix({ largeWrites }: { largeWrites: boolean }): Promise<string[]> {
  // A client that waits for a lock of the server would not notice for hours that nobody reads it any more.
  const parts = await Promise.all([deathPrefix(), ionice(), largeWrites ? largeWritesPrefix() : []]);
  return parts.flat();
}

function ionice(): Promise<string[]> {
  return usable('ionice', ['-c', '3']);
}

/**
 * Left to itself a dump program writes 4 KiB at a time, a file's block: pieces of 64 KiB take a twentieth off the time
 * of a large dump, larger ones no more (bench/backup.mjs). By GNU's program alone: that of uutils starts the dump as a
 * child of its own, which would not die with us, or leaves a folder behind each time, as its version may be.
 */
function largeWritesPrefix(): Promise<string[]> {
  return usable('stdbuf', ['-o', '64K'], 'GNU coreutils');
}

const known = new Map<string, Promise<string[]>>();

/**
 * The program with these arguments, to stand before a command, or nothing where the machine has none that works. It is
 * tried once.
 * @param maker what it says of itself where it must be one of several programs of that name
 */
function usable(name: string, args: string[], maker = ''): Promise<string[]> {
  const found = known.get(name) ?? tryOut(name, args, maker);
  known.set(name, found);
  return found;
}

async function tryOut(name: string, args: string[], maker: string): Promise<string[]> {
  const program = findProgram([name]);
  const probe = maker === '' ? findProgram(['true']) : program;
  if (program === null || probe === null) return [];
  try {
    const command = [...args, probe, ...(maker === '' ? [] : ['--version'])];
    return (await outputOf(program, command)).includes(maker) ? [program, ...args] : [];
  } catch {
    return [];
  }
}

/** What a program prints that ends soon. @throws where it fails or takes longer */
export async function outputOf(program: string, args: string[], timeoutMs = 10_000): Promise<string> {
  return (await run(program, args, { env: childEnvironment(), timeout: timeoutMs })).stdout;
}

/** No HOME: the user's own option and login files would change what the program does. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TMPDIR } = process.env;
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}
