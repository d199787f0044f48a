/** Why the log cannot be carried over from here on: one sentence that names the thing. */
export class Obstructed extends Error {}
