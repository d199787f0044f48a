import { type ReactElement, useState } from 'react';
import { fetchFile } from '../api/client';
import type { ChangeFilter } from '../api/operations';
import { Problem } from '../api/problem';
import { saveAs } from '../ui/save-as';
import { Icon } from '../ui/icons';

const FORMS = [
  { extension: 'csv', name: 'CSV' },
  { extension: 'jsonl', name: 'JSON lines' },
] as const;

/** Saves the changes that are shown, and all older ones of the same filter, as a file. */
export function Exports({ filter }: { filter: ChangeFilter }): ReactElement {
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (extension: string): Promise<void> => {
    setProblem(null);
    try {
      // The token goes in a header, as a link could not.
      const given = new URLSearchParams(filter as Record<string, string>).toString();
      const response = await fetchFile(`/exports/changes.${extension}${given === '' ? '' : `?${given}`}`);
      saveAs(await response.blob(), `changes.${extension}`);
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : 'The connection broke: try again.');
    }
  };
  return (
    <div className="exports">
      {problem !== null && (
        <span className="notice danger" role="alert">
          {problem}
        </span>
      )}
      {FORMS.map(({ extension, name }) => (
        <button key={extension} type="button" className="button" onClick={() => void save(extension)}>
          <Icon name="download" />
          {name}
        </button>
      ))}
    </div>
  );
}
