import { useState } from 'react';
import { fetchFile } from '../api/client';
import { Problem } from '../api/problem';
import type { Backup } from '../api/queries';
import { saveAs } from '../ui/save-as';

export type Download =
  | { phase: 'running'; part: number }
  /** `matches` is null where the browser cannot compute hashes: without HTTPS, or of very large files. */
  | { phase: 'done'; sha256: string; matches: boolean | null }
  | { phase: 'failed'; problem: string };

/** A hash is computed of a file that is in memory as a whole. */
const MAX_HASHED_BYTES = 512 * 2 ** 20;

/** The downloads that were begun on this page, by file name. */
export function useDownloads(): {
  downloads: Readonly<Record<string, Download>>;
  download: (backup: Backup) => Promise<void>;
} {
  const [downloads, setDownloads] = useState<Record<string, Download>>({});
  const download = async ({ filename, sizeBytes }: Backup): Promise<void> => {
    const tell = (state: Download): void => {
      setDownloads((all) => ({ ...all, [filename]: state }));
    };
    if (downloads[filename]?.phase === 'running') return;
    tell({ phase: 'running', part: 0 });
    try {
      const { blob, sha256 } = await receive(filename, (bytes) => {
        tell({ phase: 'running', part: sizeBytes === 0 ? 1 : bytes / sizeBytes });
      });
      const matches = await isHash(blob, sha256);
      if (matches === false) throw new Problem('failed', 'What arrived is not what was sent: try again.');
      saveAs(blob, filename);
      tell({ phase: 'done', sha256, matches });
    } catch (error) {
      tell({ phase: 'failed', problem: error instanceof Problem ? error.message : 'The connection broke: try again.' });
    }
  };
  return { downloads, download };
}

async function receive(filename: string, onBytes: (bytes: number) => void): Promise<{ blob: Blob; sha256: string }> {
  // The token goes in a header, as a link could not; the browser keeps what arrives on the disk where it is large.
  const response = await fetchFile(`/admin/backups/${encodeURIComponent(filename)}`);
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      bytes += chunk.length;
      onBytes(bytes);
      controller.enqueue(chunk);
    },
  });
  const blob = await new Response(response.body?.pipeThrough(counter)).blob();
  return { blob, sha256: response.headers.get('x-checksum-sha256') ?? '' };
}

async function isHash(blob: Blob, sha256: string): Promise<boolean | null> {
  if (!isSecureContext || blob.size > MAX_HASHED_BYTES) return null;
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('') === sha256;
}
