import { type ReactElement, useState } from 'react';
import { fetchFile } from '../api/client';
import { Problem } from '../api/problem';
import { Icon } from './icons';
import { saveAs } from './save-as';

interface FileButtonsProps {
  /** Links of the API under /exports, by what their buttons say. */
  files: readonly { name: string; path: string }[];
}

/** Buttons that save files of the API, each under the name that the server gives it. */
export function FileButtons({ files }: FileButtonsProps): ReactElement {
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (path: string): Promise<void> => {
    setProblem(null);
    try {
      // The token goes in a header, as a link could not.
      const response = await fetchFile(path);
      saveAs(await response.blob(), nameIn(response) ?? 'export');
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
      {files.map(({ name, path }) => (
        <button key={name} type="button" className="button" onClick={() => void save(path)}>
          <Icon name="download" />
          {name}
        </button>
      ))}
    </div>
  );
}

const nameIn = ({ headers }: Response): string | undefined =>
  /filename="([^"]+)"/.exec(headers.get('content-disposition') ?? '')?.[1];
