import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { parseDatabaseUrl } from '../../src/database/connection/url';
import { ROOT } from './programs';

type Command = 'kill' | 'shutDown' | 'rejoin' | 'cutOff' | 'isolate' | 'heal';

/** A Galera cluster of a test's own: three nodes, each of which can die, come back, and be cut off. Nodes count from 0. */
export interface Galera {
  /** For DATABASE_URL, of any database: each names every node, and begins with another. */
  urls: readonly string[];
  /** Whether nodes can be cut off: that takes root's rights. */
  canCut: boolean;
  /** Carries out one command; returns when the nodes that are up agree on what they are. */
  tell(command: Command, node: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param options further ones of each server */
export async function startGalera(options: readonly string[] = []): Promise<Galera> {
  // It takes the nodes down when its input ends, whatever becomes of us.
  const child = spawn(process.execPath, [path.join(ROOT, 'scripts', 'engines', 'galera.mjs'), ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async <T>(): Promise<T> => {
    const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
    if (done === true) throw new Error('The Galera cluster has ended.');
    return JSON.parse(value) as T;
  };
  const { urls, canCut } = await answer<Pick<Galera, 'urls' | 'canCut'>>();
  return {
    urls,
    canCut,
    tell: async (command, node) => {
      child.stdin.write(`${command} ${node}\n`);
      const { failed } = await answer<{ failed?: string }>();
      if (failed !== undefined) throw new Error(failed);
    },
    stop: async () => {
      child.stdin.end();
      await exit;
    },
  };
}

/** The URL of one node alone. */
export function nodeUrl({ urls }: Galera, node: number): string {
  return (urls[node] ?? '').replace(/@([^,/]+)[^/]*/, '@$1');
}

export function addressOf(url: string): DatabaseAddress {
  const address = parseDatabaseUrl(url);
  if (typeof address === 'string') throw new Error(address);
  return address;
}
