/** Every figure that npm run bench takes: what is held against what, and the bound of the ratio. */
export const targets = {
  'confirm-1k': { target: 1.3, better: 'lower' },
  'confirm-10k': { target: 1.3, better: 'lower' },
  'confirm-100k': { target: 1.3, better: 'lower' },
  'confirm-10k-naive': { target: 0.05, better: 'lower' },
  'sell-10k': { target: 1.3, better: 'lower' },
  hook: { target: 1.05, better: 'lower' },
  'busy-p99': { target: 1.5, better: 'lower' },
  'backup-1g': { target: 1.1, better: 'lower' },
  'backup-npm': { target: 0.5, better: 'lower' },
  'restore-1g': { target: 1.05, better: 'lower' },
  'read-nested': { target: 1.2, better: 'higher' },
  'read-list': { target: 1.5, better: 'higher' },
  'read-mercurius': { target: 1.0, better: 'higher' },
  start: { target: 2.0, better: 'lower' },
  rss: { target: 1.2, better: 'lower' },
};

/** The result with its target, and whether it `holds`. */
export function judged(result) {
  const { target, better } = targets[result.name];
  return { ...result, target, better, holds: better === 'lower' ? result.ratio <= target : result.ratio >= target };
}
