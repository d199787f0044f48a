/** Waits at most `limitMs`. @returns the result, or null if the work fails or takes longer; it is not aborted then */
export async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      resolve(null);
    }, limitMs);
  });
  return Promise.race([work.catch(() => null), tooLate]).finally(() => {
    clearTimeout(timer);
  });
}
