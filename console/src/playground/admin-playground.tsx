import type { ReactElement } from 'react';
import { authorization } from '../api/client';
import { signOut } from '../session/session';
import { ADMIN_EXAMPLES } from './examples';
import { Playground } from './playground';

/** GraphiQL for the admin schema, signed in already. */
export default function AdminPlayground(): ReactElement {
  return (
    <Playground
      url="/admin/graphql"
      storageName="admin"
      examples={ADMIN_EXAMPLES}
      headers={authorization}
      onAnswer={({ status }) => {
        if (status === 401) signOut('expired');
      }}
    />
  );
}
