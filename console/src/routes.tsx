import { type ComponentType, lazy, type ReactNode } from 'react';
import type { Role } from './api/pool-operations';
import type { IconName } from './ui/icons';
import { PLAYGROUND } from './ui/navigation';

export interface Route {
  /** The path; `:id` stands for any one part of it. */
  path: string;
  /** In the navigation and in the title. */
  name: string;
  /** Of its link in the navigation; a page without one is reached from another page. */
  icon?: IconName;
  roles: readonly Role[];
  /** @param id what stands in the place of `:id` */
  page: (id: string) => ReactNode;
  /** Fetches its file beforehand, so that the page can be opened when the server is away. */
  load?: () => Promise<unknown>;
}

/** A page whose file is fetched when it is first opened, or before. */
function later(load: () => Promise<{ default: ComponentType<{ id: string }> }>): Pick<Route, 'page' | 'load'> {
  const Page = lazy(load);
  return { load, page: (id) => <Page id={id} /> };
}

const ofOperator = (name: keyof typeof import('./operator/pages')): Pick<Route, 'page' | 'load'> =>
  later(async () => ({ default: (await import('./operator/pages'))[name] }));

const ADMIN: readonly Role[] = ['ADMIN'];
const STAFF: readonly Role[] = ['OPERATOR', 'ADMIN'];
const HOLDERS: readonly Role[] = ['OPERATOR', 'INVESTOR'];

/** Every page, in the order of the navigation. The home of a role is the first one that it may see. */
export const ROUTES: readonly Route[] = [
  { path: '/admin', name: 'Overview', icon: 'overview', roles: ADMIN, ...later(() => import('./overview/overview')) },
  {
    path: '/admin/backups',
    name: 'Backups',
    icon: 'backups',
    roles: ADMIN,
    ...later(() => import('./backups/backups')),
  },
  {
    path: '/admin/changes',
    name: 'Changes',
    icon: 'changes',
    roles: ADMIN,
    ...later(() => import('./changes/changes')),
  },
  { path: '/admin/log', name: 'Log', icon: 'log', roles: ADMIN, ...later(() => import('./log/log')) },
  {
    path: PLAYGROUND,
    name: 'Playground',
    icon: 'playground',
    roles: ADMIN,
    // Too large to be fetched beforehand.
    page: later(() => import('./playground/admin-playground')).page,
  },
  {
    path: '/payments',
    name: 'Payments',
    icon: 'payments',
    roles: STAFF,
    ...ofOperator('Payments'),
  },
  {
    path: '/payments/:id',
    name: 'Payment',
    roles: STAFF,
    ...ofOperator('Payment'),
  },
  {
    path: '/vehicles',
    name: 'Vehicles',
    icon: 'vehicles',
    roles: STAFF,
    ...ofOperator('Vehicles'),
  },
  {
    path: '/vehicles/new',
    name: 'Buy a vehicle',
    roles: STAFF,
    ...ofOperator('Buy'),
  },
  {
    path: '/vehicles/:id',
    name: 'Vehicle',
    roles: STAFF,
    ...ofOperator('Vehicle'),
  },
  {
    path: '/members',
    name: 'Members',
    icon: 'members',
    roles: STAFF,
    ...ofOperator('Members'),
  },
  {
    path: '/members/:id',
    name: 'Member',
    roles: STAFF,
    ...ofOperator('Member'),
  },
  {
    path: '/account',
    name: 'My account',
    icon: 'account',
    roles: HOLDERS,
    ...later(() => import('./account/account')),
  },
];

/** The page at a path, and what stands there for `:id`; null where there is none. */
export function routeAt(path: string): { route: Route; id: string } | null {
  const given = path.split('/');
  for (const route of ROUTES) {
    const parts = route.path.split('/');
    const fits = parts.length === given.length && parts.every((part, at) => part === ':id' || part === given[at]);
    if (fits) return { route, id: given[parts.indexOf(':id')] ?? '' };
  }
  return null;
}

/** The path of the page that a role begins with. */
export function homeOf(role: Role): string {
  return ROUTES.find(({ roles }) => roles.includes(role))?.path ?? '/';
}
