import type { ReactElement } from 'react';
import { askPool } from '../api/client';
import { MemberListDocument, type MemberRowFragment, type Role, type UserFilter } from '../api/pool-operations';
import { share } from '../ui/format';
import { LongTable } from '../ui/long-table';
import { Link } from '../ui/navigation';
import { useParameters } from '../ui/parameters';
import { Content, Empty } from '../ui/states';
import { Amount } from './amount';
import { useList } from './list';
import { ListFoot } from './list-foot';
import { SearchField } from './search-field';
import { ROLES } from './words';

/** Every account with what it holds, by name. */
export default function Members(): ReactElement {
  const { given } = useParameters();
  const role = given.get('role') ?? '';
  const text = given.get('text') ?? '';
  const filter: UserFilter = {
    ...(role in ROLES ? { role: role as Role } : {}),
    ...(text === '' ? {} : { text }),
  };
  const list = useList<MemberRowFragment>(
    ['members', filter],
    async (asked) => (await askPool(MemberListDocument, { ...asked, filter, orderBy: 'NAME_A_TO_Z' })).users,
  );
  return (
    <div className="page">
      <div className="heading">
        <h1>Members</h1>
      </div>
      <Filters role={role} text={text} />
      <Content query={list.query} what="the members" lines={8}>
        {() =>
          list.rows.length === 0 && !list.query.isPlaceholderData ? (
            <Empty>No account fits. Choose another role or text above.</Empty>
          ) : (
            <div className="list" aria-busy={list.query.isPlaceholderData}>
              <LongTable
                label="Members"
                className="members"
                head={HEAD}
                rows={list.rows}
                keyOf={({ id }) => id}
                total={list.total}
                onNearEnd={list.more}
              >
                {(member) => <Cells member={member} />}
              </LongTable>
              <ListFoot list={list} what="accounts" />
            </div>
          )
        }
      </Content>
    </div>
  );
}

function Filters({ role, text }: { role: string; text: string }): ReactElement {
  const { give } = useParameters();
  return (
    <div className="filters" role="group" aria-label="Which members">
      <label>
        <span>Role</span>
        <select
          value={role in ROLES ? role : ''}
          onChange={({ target }) => {
            give({ role: target.value });
          }}
        >
          <option value="">any</option>
          {Object.entries(ROLES).map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <SearchField
        label="Search"
        text={text}
        hint="Name or email"
        onSearch={(sought) => {
          give({ text: sought });
        }}
      />
    </div>
  );
}

const HEAD = [
  <th key="who" scope="col">
    Member
  </th>,
  <th key="role" scope="col">
    Role
  </th>,
  <th key="balance" scope="col" className="sum">
    Balance
  </th>,
  <th key="share" scope="col" className="sum">
    Share
  </th>,
];

function Cells({ member: { id, name, email, role, balance, percentage, disabledAt } }: { member: MemberRowFragment }) {
  return (
    <>
      <th scope="row">
        <Link href={`/members/${id}`}>
          <bdi>{name}</bdi>
        </Link>
        <span className="note">{email}</span>
      </th>
      <td data-name="Role">
        {ROLES[role]}
        {disabledAt !== null && <span className="tag danger">disabled</span>}
      </td>
      <td className="sum" data-name="Balance">
        <Amount of={balance} />
      </td>
      <td className="sum" data-name="Share">
        {share(percentage)}
      </td>
    </>
  );
}
