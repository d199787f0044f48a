const KEPT_MS = 60_000;

/** Hands a file to the browser to save under that name. */
export function saveAs(blob: Blob, filename: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = filename;
  link.click();
  window.setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, KEPT_MS);
}
