import { rm } from 'node:fs/promises';
import './global-setup';

export default async function globalTeardown(): Promise<void> {
  if (globalThis.embeddedForTests === undefined) return;
  const { embedded, storageDir } = globalThis.embeddedForTests;
  await embedded.release();
  await rm(storageDir, { recursive: true, force: true });
}
