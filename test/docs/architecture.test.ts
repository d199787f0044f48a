import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/programs';

const page = readFileSync(path.join(ROOT, 'docs', 'architecture.md'), 'utf8');
/** Where the rooms that all the others stand on are named, and not drawn. */
const GROUND = ['backup/core', 'backup/client', 'backup/files', 'backup/server'];

/** The arrows of the picture under that heading, such as "http -> services"; a node's label is the room's name. */
function drawn(heading: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const labels = new Map(
    [...section.matchAll(/(\w+)\["([^"]+)"\]/g)].map(([, name = '', label = '']) => [name, label]),
  );
  const room = (name: string): string => labels.get(name) ?? name;
  return [...section.matchAll(/^ {2}(\w+)(?:\[.*?\])? --> (\w+)(?:\[.*?\])?$/gm)]
    .map(([, from = '', to = '']) => `${room(from)} -> ${room(to)}`)
    .sort();
}

interface Import {
  from: string;
  to: string;
}

/** Every import from one room to another. A room is a folder of src; "." is src itself. */
const imports: readonly Import[] = (() => {
  const src = path.join(ROOT, 'src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const found = files.flatMap((file) => {
    const text = readFileSync(path.join(src, file), 'utf8');
    const from = path.dirname(file);
    return [...text.matchAll(/(?:from|import\() ?'(\.[^']*)'/g)].map(([, name = '']) => {
      const target = path.normalize(path.join(from, name));
      const isFolder = files.includes(path.join(target, 'index.ts'));
      return { from, to: isFolder ? target : path.dirname(target) };
    });
  });
  return found.filter(({ from, to }) => from !== to);
})();

function arrows(pairs: readonly Import[]): string[] {
  return [...new Set(pairs.filter(({ from, to }) => from !== to).map(({ from, to }) => `${from} -> ${to}`))].sort();
}

const eslint = JSON.parse(
  execFileSync(
    process.execPath,
    [
      '-e',
      `import('./eslint.config.mjs').then(({ default: parts, rooms }) => console.log(JSON.stringify({ rooms, walls:
         parts.filter(({ rules }) => rules?.['no-restricted-imports']).map(({ files, rules }) =>
           [files, rules['no-restricted-imports'][1].patterns.map(({ regex }) => regex)]) })))`,
    ],
    { cwd: ROOT, encoding: 'utf8' },
  ),
) as { rooms: Record<string, string[]>; walls: [files: string[], patterns: string[]][] };
const rooms = Object.keys(eslint.rooms);

/** Whether ESLint lets a file of that room import one of the other, as it stands in the code. */
function isAllowed(from: string, to: string): boolean {
  const relative = path.posix.relative(from, to);
  const specifier = `${relative.startsWith('.') ? relative : `./${relative}`}/any`;
  return eslint.walls.every(
    ([files, patterns]) =>
      !files.includes(`src/${from}/*.ts`) || patterns.every((regex) => !new RegExp(regex).test(specifier)),
  );
}

test('ESLint allows the imports between rooms that there are, and no other', () => {
  const allowed = rooms.flatMap((from) =>
    rooms.filter((to) => to !== from && isAllowed(from, to)).map((to) => ({ from, to })),
  );
  const inCode = imports.filter(({ from, to }) => rooms.includes(from) && rooms.includes(to));
  expect(arrows(inCode).filter((arrow) => !arrows(allowed).includes(arrow))).toEqual([]);
  // Those to the ground floor and to the database are given to all that stand on them.
  const isCommon = (room: string): boolean => GROUND.includes(room) || room.startsWith('database/');
  const unused = arrows(allowed.filter(({ to }) => !isCommon(to))).filter((arrow) => !arrows(inCode).includes(arrow));
  expect(unused).toEqual([]);
});

test('every room imports from rooms above it in that list alone, so there is no circle', () => {
  const upwards = rooms.flatMap((room, at) =>
    (eslint.rooms[room] ?? []).filter((other) => rooms.indexOf(other) >= at).map((other) => `${room} -> ${other}`),
  );
  expect(upwards).toEqual([]);
});

test('every folder of src is a room, or one of those that know everything', () => {
  const folders = [...new Set(imports.flatMap(({ from, to }) => [from, to]))];
  expect(folders.filter((folder) => !rooms.includes(folder)).sort()).toEqual(['.', 'cli', 'demo']);
});

test('the picture of the whole shows the folders of src', () => {
  const picture = drawn('Who imports whom').filter((arrow) => !arrow.startsWith('main'));
  const folders = new Set(picture.flatMap((arrow) => arrow.split(' -> ')));
  expect(folders.size).toBe(7);
  const top = (room: string): string => room.split('/')[0] ?? '';
  const inCode = imports.map(({ from, to }) => ({ from: top(from), to: top(to) }));
  expect(picture).toEqual(arrows(inCode.filter(({ from, to }) => folders.has(from) && folders.has(to))));
});

test.each(['backup', 'database', 'http'])('the picture of %s shows its rooms', (wing) => {
  const isDrawn = (room: string): boolean => (room === wing || room.startsWith(`${wing}/`)) && !GROUND.includes(room);
  const inCode = imports.filter(({ from, to }) => isDrawn(from) && isDrawn(to));
  expect(arrows(inCode).length).toBeGreaterThan(0);
  expect(drawn(`Rooms of ${wing}`)).toEqual(arrows(inCode));
});

test('the ground floor of backup imports from itself in one direction', () => {
  for (const { from, to } of imports.filter(({ from, to }) => GROUND.includes(from) && to.startsWith('backup/'))) {
    expect(GROUND.indexOf(to)).toBeLessThan(GROUND.indexOf(from));
  }
});
