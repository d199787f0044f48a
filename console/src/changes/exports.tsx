import type { ReactElement } from 'react';
import type { ChangeFilter } from '../api/operations';
import { FileButtons } from '../ui/file-buttons';

const FORMS = [
  { extension: 'csv', name: 'CSV' },
  { extension: 'jsonl', name: 'JSON lines' },
] as const;

/** Saves the changes that are shown, and all older ones of the same filter, as a file. */
export function Exports({ filter }: { filter: ChangeFilter }): ReactElement {
  const given = new URLSearchParams(filter as Record<string, string>).toString();
  const end = given === '' ? '' : `?${given}`;
  return (
    <FileButtons files={FORMS.map(({ extension, name }) => ({ name, path: `/exports/changes.${extension}${end}` }))} />
  );
}
