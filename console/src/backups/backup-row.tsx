import { type ReactElement, useEffect, useId, useRef } from 'react';
import { type Backup, isBeingChecked } from '../api/queries';
import { count, duration, size } from '../ui/format';
import { Icon } from '../ui/icons';
import { Ago } from '../ui/time';
import type { Download } from './downloads';
import { RestoreCommand } from './restore-command';

const TRIGGERS: Readonly<Record<Backup['trigger'], string>> = {
  OPERATION: 'operation',
  MANUAL: 'person',
  RECOVERY: 'recovery',
  INITIAL: 'new pool',
  CHANGE: 'change',
};

interface RowProps {
  backup: Backup;
  /** Somebody looks for this one. */
  isNoted: boolean;
  isOpen: boolean;
  download: Download | undefined;
  onDownload: () => void;
  onVerify: () => void;
  onToggle: () => void;
}

export function BackupRow({ backup, isNoted, isOpen, download, ...on }: RowProps): ReactElement {
  const { filename, createdAt, sizeBytes, lastOperation, trigger, current, durationMs } = backup;
  const row = useRef<HTMLTableRowElement>(null);
  const id = useId();
  useEffect(() => {
    if (isNoted) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isNoted]);
  const isDownloading = download?.phase === 'running';
  return (
    <>
      <tr ref={row} className={isNoted ? 'noted' : undefined} id={filename}>
        <th scope="row">
          <span className="file">{filename}</span>
          {!current && (
            <span className="tag warn" title="A restore has abandoned the history that it belongs to.">
              of an abandoned history
            </span>
          )}
        </th>
        <td data-name="Age">
          <Ago at={createdAt} isShort />
        </td>
        <td data-name="Size" title={`It took ${duration(durationMs)}`}>
          {size(sizeBytes)}
        </td>
        <td data-name="Covers">{lastOperation === 0 ? 'nothing yet' : `up to ${count(lastOperation)}`}</td>
        <td data-name="Trigger">{TRIGGERS[trigger]}</td>
        <td data-name="Proof">
          <Proof backup={backup} />
        </td>
        <td className="actions">
          <button
            type="button"
            className="button quiet"
            title="Prove by a test restore"
            aria-disabled={isBeingChecked(backup)}
            onClick={on.onVerify}
          >
            <Icon name="shield" />
            <span className="words">Verify</span>
            <span className="visually-hidden"> {filename}</span>
          </button>
          <button
            type="button"
            className="button quiet"
            title="Download"
            aria-disabled={isDownloading}
            onClick={on.onDownload}
          >
            <Icon name="download" />
            <span className={isDownloading ? undefined : 'words'}>
              {isDownloading ? `${Math.floor(download.part * 100)} %` : 'Download'}
            </span>
            <span className="visually-hidden"> {filename}</span>
          </button>
          <button
            type="button"
            className="button quiet"
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={on.onToggle}
          >
            <Icon name="terminal" />
            <span className="words">How to restore</span>
            <span className="visually-hidden"> {filename}</span>
          </button>
        </td>
      </tr>
      <tr className="detail" id={id} hidden={!isOpen && !isTold(download)}>
        <td colSpan={7}>
          <div role="status">
            {download !== undefined && <DownloadResult download={download} filename={filename} />}
          </div>
          {isOpen && <RestoreCommand path={backup.path} />}
        </td>
      </tr>
    </>
  );
}

function isTold(download: Download | undefined): boolean {
  return download?.phase === 'done' || download?.phase === 'failed';
}

const PROOFS: Readonly<Record<Backup['proof'], { text: string; tone: string }>> = {
  UNPROVEN: { text: 'not yet proven', tone: 'warn' },
  PROVEN: { text: 'proven', tone: 'good' },
  UNSOUND: { text: 'not sound', tone: 'danger' },
  DAMAGED: { text: 'damaged', tone: 'danger' },
};

function Proof({ backup }: { backup: Backup }): ReactElement {
  const { check, proof, proofProblem, verifiedAt } = backup;
  if (isBeingChecked(backup)) {
    return (
      <span className="tag info" role="status">
        <span className="spinner" aria-hidden="true" /> test restore runs
      </span>
    );
  }
  if (proof === 'PROVEN' && verifiedAt !== null) {
    return (
      <span className="tag good">
        <Icon name="check" />
        <Ago at={verifiedAt} isShort />
      </span>
    );
  }
  // Of a check that came to no verdict the proof does not tell.
  const why = proofProblem ?? (check?.sound === false ? check.problem : null);
  const { text, tone } = PROOFS[proof];
  return (
    <>
      <span className={`tag ${tone}`}>{text}</span>
      {why !== null && <span className="why">{why}</span>}
    </>
  );
}

function DownloadResult({ download, filename }: { download: Download; filename: string }): ReactElement | null {
  if (download.phase === 'failed') {
    return (
      <p className="notice danger">
        {filename} was not downloaded. {download.problem}
      </p>
    );
  }
  if (download.phase !== 'done') return null;
  return (
    <p className="notice good">
      Downloaded{download.matches === true && ', and it is what was sent'}. Its SHA-256:{' '}
      <code className="hash">{download.sha256}</code>
    </p>
  );
}
