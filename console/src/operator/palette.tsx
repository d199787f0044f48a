import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useEffect, useState } from 'react';
import { askPool } from '../api/client';
import { MembersNamedDocument, VehiclesNamedDocument } from '../api/pool-operations';
import { POOL } from '../api/pool-queries';
import { ROUTES } from '../routes';
import { useSession } from '../session/session';
import { Dialog } from '../ui/dialog';
import { goTo, Link } from '../ui/navigation';
import { pause } from './pause';

/** Of each kind: more are no help, somebody types another letter. */
const MOST = 6;

interface Place {
  href: string;
  what: 'Page' | 'Member' | 'Vehicle';
  name: string;
}

/** Leads to a page, a member or a vehicle by a part of its name, without a mouse. */
export default function Palette({ onClose }: { onClose: () => void }): ReactElement {
  const { session } = useSession();
  const role = session?.role ?? 'INVESTOR';
  const [text, setText] = useState('');
  const found = useFound(text.trim(), role === 'OPERATOR' || role === 'ADMIN');
  const sought = text.trim().toLocaleLowerCase();
  const pages = ROUTES.filter(({ icon, roles }) => icon !== undefined && roles.includes(role))
    .filter(({ name }) => name.toLocaleLowerCase().includes(sought))
    .map(({ path, name }): Place => ({ href: path, what: 'Page', name }));
  const places = [...pages, ...(found.data ?? [])];
  // Who types and presses Enter at once need not wait for the answer.
  const [isWanted, setWanted] = useState(false);
  const first = isWanted && !found.isFetching ? places[0]?.href : undefined;
  useEffect(() => {
    if (first === undefined) return;
    onClose();
    goTo(first);
  }, [first, onClose]);
  return (
    <Dialog title="Go to" onClose={onClose}>
      <form
        className="field"
        onSubmit={(event) => {
          event.preventDefault();
          setWanted(true);
        }}
      >
        <label htmlFor="place">Page, member or vehicle</label>
        <input
          id="place"
          type="search"
          autoComplete="off"
          value={text}
          onChange={({ target }) => {
            setWanted(false);
            setText(target.value);
          }}
        />
      </form>
      <p className="muted small" role="status">
        {found.error !== null
          ? found.error.message
          : found.isFetching
            ? 'Searching …'
            : places.length === 0
              ? 'Nothing is called so.'
              : 'The Enter key goes to the first one.'}
      </p>
      {/* A click on a link of it, which bubbles up here once it has led there. */}
      <ul className="places" onClick={onClose}>
        {places.map(({ href, what, name }) => (
          <li key={href}>
            <Link href={href}>
              <bdi>{name}</bdi> <span className="muted">{what}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** Members and vehicles of that name; nothing while no text is typed, and for who may not see them. */
function useFound(text: string, mayLook: boolean) {
  return useQuery({
    queryKey: [POOL, 'places named', text],
    queryFn: async ({ signal }): Promise<Place[]> => {
      await pause(signal);
      const [{ users }, { vehicles }] = await Promise.all([
        askPool(MembersNamedDocument, { filter: { text }, first: MOST }),
        askPool(VehiclesNamedDocument, { filter: { text }, first: MOST }),
      ]);
      return [
        ...users.nodes.map(({ id, name }): Place => ({ href: `/members/${id}`, what: 'Member', name })),
        ...vehicles.nodes.map(({ id, title }): Place => ({ href: `/vehicles/${id}`, what: 'Vehicle', name: title })),
      ];
    },
    enabled: mayLook && text !== '',
    placeholderData: undefined,
    refetchInterval: false,
  });
}
