// How the processes under test are made to stand still at a named step: the folder `control` beside their storage
// holds a file "stand-at" with the step's name. Whoever gets there first renames it to "reached", and stands until
// that is removed.
import { existsSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when it may go on. */
export async function standStill(control, step) {
  if (!takesStand(control, step)) return;
  while (existsSync(path.join(control, 'reached'))) await pause(5);
}

/** The same for code that waits for nothing: the whole process stands. */
export function standStillSync(control, step) {
  if (!takesStand(control, step)) return;
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  while (existsSync(path.join(control, 'reached'))) Atomics.wait(nobody, 0, 0, 5);
}

function takesStand(control, step) {
  const order = path.join(control, 'stand-at');
  try {
    if (readFileSync(order, 'utf8') !== step) return false;
    renameSync(order, path.join(control, 'reached'));
    return true;
  } catch {
    return false;
  }
}
