/** What the work gives, or null where it fails or takes longer than that; it is not ended then. */
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
