import { setTimeout as pause } from 'node:timers/promises';

/** Others hardly notice a dump that is shorter than this. */
const SHORT_MS = 500;
/** What is taken between two rests: several times what the pipe and the program hold, which comes without any wait. */
const PIECE_BYTES = 2 ** 20;
/** A piece that took long, because a table was locked or a disk slow, needs no rest as long. */
const LONGEST_REST_MS = 250;

/**
 * Lets a dump stand still for half of the time: at full speed requests waited for it (`bench/busy.mjs`). Who reads the
 * dump rests, so the program finds its pipe full and rests too, and so does the database server.
 */
export class Pace {
  private begunAt: number | null = null;
  private pieceBegunAt = 0;
  private pieceBytes = 0;

  /**
   * Call it with each piece of the dump; it takes as long as the rest that is due.
   * @param bytes how long the piece is
   */
  async took(bytes: number): Promise<void> {
    const now = performance.now();
    // Not from the start: until it writes, the program may keep all others from writing, to name the moment it is of.
    this.begunAt ??= this.pieceBegunAt = now;
    this.pieceBytes += bytes;
    if (this.pieceBytes < PIECE_BYTES) return;
    // Twice the time of the piece, for about a third of it had come during the rest before.
    if (now - this.begunAt > SHORT_MS) await pause(Math.min(2 * (now - this.pieceBegunAt), LONGEST_REST_MS));
    this.pieceBegunAt = performance.now();
    this.pieceBytes = 0;
  }
}
