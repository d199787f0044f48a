/** Of numbers; of an even count the upper middle one. */
export const median = (list) => quantile(list, 0.5);

/** The number that `share` of the list, from 0 to 1, lies below. */
export const quantile = (list, share) =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];

/**
 * Measures several ways in turns, in changing order, so that whatever slows this machine down slows all of them.
 * @param ways name -> an async function that measures once and returns a number
 * @param runs how often each counts; `warmUps` further ones come first and do not
 * @returns name -> the numbers, in order
 */
export async function takeTurns(ways, { runs, warmUps = 1 }) {
  const names = Object.keys(ways);
  const taken = Object.fromEntries(names.map((name) => [name, []]));
  for (let run = -warmUps; run < runs; run++) {
    for (const name of run % 2 === 0 ? names : names.toReversed()) {
      const figure = await ways[name]();
      if (run >= 0) taken[name].push(figure);
    }
  }
  return taken;
}

/** Ours over the peer's: the ratio of each turn's pair, its median, the least and the greatest. */
export function compare(name, ours, peers, unit) {
  const ratios = ours.map((figure, i) => figure / peers[i]);
  return {
    name,
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    ours: median(ours),
    peer: median(peers),
    unit,
    runs: ratios.length,
  };
}
