import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { askPool } from '../api/client';
import { MemberNameDocument, MembersNamedDocument } from '../api/pool-operations';
import { POOL } from '../api/pool-queries';
import { SearchField } from './search-field';

/** More names than that are no help: somebody types another letter. */
const MOST = 8;

/** Chooses one member by a part of their name or email; the id of who is chosen, or an empty text. */
export function MemberPicker({ member, onPick }: { member: string; onPick: (member: string) => void }): ReactElement {
  const [text, setText] = useState('');
  if (member !== '') return <Picked member={member} onPick={onPick} />;
  return (
    <div className="picker">
      <SearchField label="Member" text={text} hint="Name or email" onSearch={setText} />
      {text !== '' && (
        <Matches
          text={text}
          onPick={(id) => {
            setText('');
            onPick(id);
          }}
        />
      )}
    </div>
  );
}

function Matches({ text, onPick }: { text: string; onPick: (member: string) => void }): ReactElement {
  const { data, error } = useQuery({
    queryKey: [POOL, 'members named', text],
    queryFn: async () => (await askPool(MembersNamedDocument, { filter: { text }, first: MOST })).users.nodes,
    refetchInterval: false,
  });
  return (
    <div className="matches">
      <p className="muted small" role="status">
        {error !== null
          ? error.message
          : data === undefined
            ? 'Searching …'
            : data.length === 0
              ? 'Nobody is called so.'
              : 'Choose one:'}
      </p>
      <ul>
        {data?.map(({ id, name, email }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => {
                onPick(id);
              }}
            >
              <bdi>{name}</bdi> <span className="muted">{email}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Picked({ member, onPick }: { member: string; onPick: (member: string) => void }): ReactElement {
  const { data } = useQuery({
    queryKey: [POOL, 'member name', member],
    queryFn: async () => (await askPool(MemberNameDocument, { id: member })).user?.name ?? `No member ${member}`,
    refetchInterval: false,
  });
  return (
    <div className="picked">
      <span>Member</span>
      <button
        type="button"
        className="button"
        onClick={() => {
          onPick('');
        }}
      >
        <bdi>{data ?? member}</bdi>
        <span aria-hidden="true">×</span>
        <span className="visually-hidden">: show all members again</span>
      </button>
    </div>
  );
}
