import type { ReactElement } from 'react';

/** 24 by 24, drawn with the colour of the text; names beside them say what they mean. */
const PATHS = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z',
  backups:
    'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.300-8-3zM4 6v12c0 1.700 3.600 3 8 3s8-1.300 8-3V6M4 12c0 1.700 3.600 3 8 3s8-1.300 8-3',
  changes: 'M8 6h12M8 12h12M8 18h12M4 6v.1M4 12v.1M4 18v.1',
  log: 'M5 6h14M5 10h10M5 14h14M5 18h7',
  playground: 'M9 7l-5 5 5 5M15 7l5 5-5 5',
  account: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.500 20c.700-3.600 3.700-5.500 7.500-5.500s6.800 1.900 7.500 5.500',
  payments: 'M4 8h13l-3.500-3.500M20 16H7l3.500 3.500',
  vehicles:
    'M4 16v-3.500l2-5.500h12l2 5.500V16zM4 12.500h16M6.500 16v2.500M17.500 16v2.500M7.500 14.300v.1M16.500 14.300v.1',
  members:
    'M9 5a3.200 3.200 0 1 0 0 6.400A3.200 3.200 0 0 0 9 5zM3 19c.500-3 2.900-4.600 6-4.600s5.500 1.600 6 4.600M15.500 5.300a3.200 3.200 0 0 1 0 5.800M17.500 14.800c1.900.7 3.100 2.100 3.500 4.200',
  print: 'M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  alert: 'M12 7v6M12 16.700v.1',
  clock: 'M12 7v5l3.200 2',
  download: 'M12 4v11M7.500 10.500L12 15l4.500-4.500M5 20h14',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  terminal: 'M4 5h16v14H4zM8 9.500l3 2.500-3 2.500M13 15h4',
  shield: 'M12 3l7 3v5c0 4.800-3 8.300-7 10-4-1.700-7-5.200-7-10V6zM9 12l2.200 2.200L15.200 10',
  offline:
    'M4 4l16 16M8.500 13.500a5 5 0 0 1 5.200-1.100M5 10a10 10 0 0 1 3.600-2.200M12.500 7A10 10 0 0 1 19 10M12 17.500v.1',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400',
  dark: 'M19.500 14.500A8 8 0 1 1 9.500 4.500a6.500 6.500 0 0 0 10 10z',
  signOut: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
