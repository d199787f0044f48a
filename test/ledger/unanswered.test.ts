import { tryChangeAgain } from '../../src/services/retry';
import { CommitUnanswered } from '../../src/services/transaction';

const LOCK_WAIT_TIMEOUT = Object.assign(new Error('Lock wait timeout exceeded'), { errno: 1205 });
const OUT_OF_RANGE = Object.assign(new Error('Out of range value'), { errno: 1264 });
const NO_TIME = 1;

const codeOf = (attempt: () => Promise<unknown>): Promise<unknown> =>
  tryChangeAgain(attempt, NO_TIME).then(
    () => null,
    (error: unknown) => (error as { code?: string; errno?: number }).code ?? (error as { errno?: number }).errno,
  );

describe('a change that is not answered', () => {
  test('has not happened where no COMMIT was sent', async () => {
    expect(await codeOf(() => Promise.reject(LOCK_WAIT_TIMEOUT))).toBe('SERVICE_UNAVAILABLE');
    expect(await codeOf(() => Promise.reject(OUT_OF_RANGE))).toBe(1264);
  });

  test('may have happened where one was, whatever came of the tries after it', async () => {
    expect(await codeOf(() => Promise.reject(new CommitUnanswered(null, OUT_OF_RANGE)))).toBe('OUTCOME_UNKNOWN');
    expect(await codeOf(() => Promise.reject(new CommitUnanswered(null, LOCK_WAIT_TIMEOUT)))).toBe('OUTCOME_UNKNOWN');
    const tries = [new CommitUnanswered(null, LOCK_WAIT_TIMEOUT)];
    const attempt = (): Promise<never> => Promise.reject(tries.pop() ?? LOCK_WAIT_TIMEOUT);
    const told = tryChangeAgain(attempt, 40).catch((error: unknown) => (error as { code: string }).code);
    expect(await told).toBe('OUTCOME_UNKNOWN');
  });
});
