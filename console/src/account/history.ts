import { askPool } from '../api/client';
import { MyHistoryDocument } from '../api/pool-operations';
import { Problem } from '../api/problem';

/** Where balance and share stood from that time on. */
export interface Step {
  at: string;
  balance: string;
  percentage: string;
}

interface History {
  steps: Step[];
  /** ISO: until then the last step holds. */
  to: string;
}

/** As many as a line of this width shows. */
const MOST_STEPS = 200;
/** Each is a field of one request, of which the API takes a hundred or so. */
const SAMPLES = 60;

/**
 * Balance and share in a stretch of time, ISO, with what was there at its begin. In a large pool each payment of others
 * moves the share: where there are more lines than the API gives at once, it is looked at even distances of time.
 * @throws Problem
 */
export async function historyBetween({ from, to }: { from: string; to: string }): Promise<History> {
  try {
    const { opening, openingPercentage, lines } = (await askPool(MyHistoryDocument, { from, to })).me.statement;
    const before = { at: from, balance: opening, percentage: openingPercentage };
    return { steps: [...held(before), ...thinned(lines)], to };
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'BAD_USER_INPUT')) throw error;
    return { steps: await samplesBetween(from, to), to };
  }
}

/** Nothing where nothing was held yet: the first booking begins the line then. */
const held = (step: Step): Step[] => (/[1-9]/.test(step.balance + step.percentage) ? [step] : []);

/** The last step of each of so many stretches: what held on, never what only passed. */
function thinned(steps: readonly Step[]): readonly Step[] {
  if (steps.length <= MOST_STEPS) return steps;
  const length = steps.length / MOST_STEPS;
  return Array.from({ length: MOST_STEPS }, (_, at) => steps[Math.ceil((at + 1) * length) - 1]).filter(
    (step) => step !== undefined,
  );
}

type Samples = Record<`at${number}`, { nodes: { balance: string; percentage: string }[] }>;

const NUMBERS = Array.from({ length: SAMPLES }, (_, number) => number);
const SAMPLES_DOCUMENT = `query MySamples(${NUMBERS.map((number) => `$at${number}: DateTime!`).join(', ')}) {
  me {
    ${NUMBERS.map((number) => `at${number}: contributions(first: 1, filter: { to: $at${number} }) { nodes { balance percentage } }`).join('\n    ')}
  }
}`;

async function samplesBetween(from: string, to: string): Promise<Step[]> {
  const [begins, ends] = [Date.parse(from), Date.parse(to)];
  const times = NUMBERS.map((number) => new Date(begins + ((ends - begins) * (number + 1)) / SAMPLES).toISOString());
  const document = { toString: () => SAMPLES_DOCUMENT } as Parameters<typeof askPool<{ me: Samples }, object>>[0];
  const { me } = await askPool(document, Object.fromEntries(times.map((time, number) => [`at${number}`, time])));
  return times.flatMap((at, number) => {
    const [line] = me[`at${number}`]?.nodes ?? [];
    return line === undefined ? [] : [{ at, ...line }];
  });
}
