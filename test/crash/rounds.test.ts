import { SEED } from '../support/random';
import { runCrashes } from './crash-run';
import { FAULTS, isAt, isDiskFault, planRounds, randomFrom, STEPS, VICTIMS } from './plan';

// A handful; npm run test:crash runs as many as one wants.
test('nothing is lost and nothing is left behind, whoever is killed', async () => {
  const tally = await runCrashes({ rounds: 6, seed: SEED });
  expect(tally).toMatchObject({ rounds: 6, lost: 0, doubled: 0 });
  expect(tally.operations).toBeGreaterThan(12);
  expect(tally.restored).toBeGreaterThan(0);
  expect(Math.max(...tally.coverageMs)).toBeLessThan(30_000);
}, 600_000);

test('many rounds pass through every victim at every step, and the same seed plays the same ones', () => {
  const rounds = planRounds(200, randomFrom(7));
  const seen = new Set(rounds.map(({ victim, step }) => `${victim} ${step ?? 'random'}`));
  const steps = VICTIMS.flatMap((victim) => STEPS.filter((step) => isAt(victim, step)));
  expect(seen.size).toBe(steps.length + VICTIMS.length);
  for (const victim of VICTIMS) {
    const met = FAULTS.filter((fault) => victim !== 'proof server' || !isDiskFault(fault));
    expect(new Set(rounds.filter((round) => round.victim === victim).map(({ fault }) => fault))).toEqual(
      new Set([...met, null]),
    );
  }
  expect(planRounds(200, randomFrom(7))).toEqual(rounds);
  expect(planRounds(200, randomFrom(8))).not.toEqual(rounds);
});
