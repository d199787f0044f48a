import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../support/programs';
import { BANNED_WORDS } from './words';
import { linesOf, readSources, visit, type Source } from './source';

// What the eye should not have to check. The rules stand in CONTRIBUTING.md, "Style".
const MAX_FUNCTION_LINES = 70;
/** A component of the console is mostly markup. */
const MAX_COMPONENT_LINES = 100;
const MAX_FILE_LINES = 300;

/** Started by node, by scripts/run.mjs or by the server, or loaded by TypeORM's command line. */
const PROGRAMS =
  /^(src\/main|src\/cli\/[\w-]+|src\/demo\/main|console\/src\/main|console\/src\/playground\/page)\.tsx?$/;

const src = readSources(['src']);
const all = [...src, ...readSources(['console/src'])];

test('a function has at most 70 lines, a component at most 100, a file at most 300', () => {
  const long: string[] = [];
  for (const { file, text, tree } of all) {
    const lines = text.split('\n').length - 1;
    if (lines > MAX_FILE_LINES && !/\/api\/(pool-)?operations\.ts$/.test(file)) long.push(`${file}: ${lines} lines`);
    visit(tree, (node) => {
      if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
      const lines = linesOf(node, tree);
      const name = (node.name as ts.Identifier | undefined)?.text ?? 'a function';
      const most = file.endsWith('.tsx') ? MAX_COMPONENT_LINES : MAX_FUNCTION_LINES;
      if (lines > most) long.push(`${file}: ${name} has ${lines} lines`);
    });
  }
  expect(long).toEqual([]);
});

test('no file imports itself, by whatever way round', () => {
  const imports = new Map(src.map(({ file, imports }) => [file, imports]));
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at !== -1) circles.push([...way.slice(at), file].join(' -> '));
    if (at !== -1 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const { file } of src) walk(file, []);
  // TypeORM's entities refer to one another by design: Relation<> and functions break those circles at run time.
  expect(circles.filter((circle) => !circle.split(' -> ').every((file) => file.startsWith('src/entities/')))).toEqual(
    [],
  );
});

test('every file is imported by another, or is a program', () => {
  const imported = new Set(all.flatMap(({ imports }) => imports));
  const unused = all.map(({ file }) => file).filter((file) => !imported.has(file) && !PROGRAMS.test(file));
  expect(unused).toEqual([]);
});

test('what a file exports, another file uses', () => {
  const users = [...all, ...readSources(['test', 'examples']), { file: 'ormconfig.ts', ...read('ormconfig.ts') }];
  const used = new Map<string, Set<string>>();
  for (const { file, tree } of users) for (const [from, name] of importedNames(file, tree)) add(used, from, name);
  const scripts = plainScripts();
  const unused = src.flatMap(({ file, tree }) =>
    exportedNames(tree)
      .filter((name) => !(used.get(file)?.has(name) ?? used.get(file)?.has('*') ?? false))
      .filter((name) => used.get(file)?.has('*') !== true && !scripts.has(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(unused).toEqual([]);
});

test('texts for people use the words of the glossary', () => {
  const texts = [
    ...all.map(({ file, text }) => ({ file, text })),
    ...documents().map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') })),
  ];
  const found = texts.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, at) => {
      // The glossary itself names what it bans.
      if (file === 'CONTRIBUTING.md' && line.startsWith('|')) return [];
      const word = BANNED_WORDS.exec(line)?.[0];
      return word === undefined ? [] : [`${file}:${at + 1}: ${word}`];
    }),
  );
  expect(found).toEqual([]);
});

function read(file: string): { text: string; tree: ts.SourceFile; imports: string[] } {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return { text, tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), imports: [] };
}

function documents(): string[] {
  const docs = readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`);
  const schema = readdirSync(path.join(ROOT, 'schema')).map((name) => `schema/${name}`);
  return [...docs, ...schema, 'README.md', 'CONTRIBUTING.md', '.env.example'].filter((file) => !file.endsWith('.png'));
}

/** The words of the project's plain JavaScript, whose imports are not parsed: a name that stands there counts as used. */
function plainScripts(): Set<string> {
  const texts = ['scripts', 'bench', 'test', 'console'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.m?js$/.test(file) && !file.includes('node_modules'))
      .map((file) => readFileSync(path.join(ROOT, folder, file), 'utf8')),
  );
  return new Set(texts.join('\n').match(/\w+/g));
}

/** Pairs of a file and a name that is imported from it; "*" where all of them are. */
function importedNames(file: string, tree: ts.SourceFile): [string, string][] {
  const found: [string, string][] = [];
  const at = (specifier: string): string[] => {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    return [`${target}.ts`, `${target}/index.ts`];
  };
  visit(tree, (node) => {
    if (ts.isImportDeclaration(node)) {
      const from = at((node.moduleSpecifier as ts.StringLiteral).text);
      const bindings = node.importClause?.namedBindings;
      const names =
        bindings === undefined
          ? ['default']
          : ts.isNamespaceImport(bindings)
            ? ['*']
            : bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text);
      for (const target of from) for (const name of names) found.push([target, name]);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier === undefined || !ts.isStringLiteral(specifier))
        throw new Error(`${file} imports what it computes`);
      for (const target of at(specifier.text)) found.push([target, '*']);
    }
  });
  return found;
}

function exportedNames(tree: ts.SourceFile): string[] {
  return tree.statements.flatMap((statement) => {
    const isExported = ts.canHaveModifiers(statement)
      ? (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
      : false;
    if (!isExported) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => (name as ts.Identifier).text);
    }
    const { name } = statement as ts.Node as { name?: ts.Identifier };
    return name === undefined ? [] : [name.text];
  });
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key) ?? new Set<string>();
  map.set(key, set.add(value));
}

export type { Source };
