import { type ReactElement, useState } from 'react';
import { useBackUpNow, useBackups, useStatus, useVerify } from '../api/queries';
import { Content, Empty } from '../ui/states';
import { BackupRow } from './backup-row';
import { BackUpNow } from './back-up-now';
import { useDownloads } from './downloads';

const COLUMNS = ['Name', 'Age', 'Size', 'Covers operations', 'Trigger', 'Proof'];

export default function Backups(): ReactElement {
  const status = useStatus();
  const backups = useBackups(status.data);
  const backUpNow = useBackUpNow();
  const verify = useVerify();
  const { downloads, download } = useDownloads();
  const [opened, setOpened] = useState<string | null>(null);
  const linked = decodeURIComponent(location.hash.slice(1));
  return (
    <div className="page">
      <div className="heading">
        <h1>Backups</h1>
        <BackUpNow backup={backUpNow} />
      </div>
      <p className="muted lead">
        Each holds the whole database as one SQL file. The newest {status.data?.keep ?? '…'} are kept, with them the
        newest that passed a test restore, and what the rules of retention need.
      </p>
      {verify.error !== null && (
        <p className="notice danger" role="alert">
          {verify.error.message}
        </p>
      )}
      <Content query={backups} what="the backups" lines={8}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty>No backup yet. The first operation makes one, and so does “Back up now”.</Empty>
          ) : (
            <div className="table-place" role="region" aria-label="Backups" tabIndex={0}>
              <table className="table backups">
                <thead>
                  <tr>
                    {COLUMNS.map((name) => (
                      <th key={name} scope="col">
                        {name}
                      </th>
                    ))}
                    <th scope="col">
                      <span className="visually-hidden">What can be done</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((backup) => (
                    <BackupRow
                      key={backup.filename}
                      backup={backup}
                      isNoted={backup.filename === backUpNow.data || backup.filename === linked}
                      isOpen={backup.filename === opened}
                      download={downloads[backup.filename]}
                      onDownload={() => void download(backup)}
                      onVerify={() => {
                        verify.mutate(backup.filename);
                      }}
                      onToggle={() => {
                        setOpened((name) => (name === backup.filename ? null : backup.filename));
                      }}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Content>
    </div>
  );
}
