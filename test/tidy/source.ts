import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../support/programs';

/** One file of the program, parsed. Paths are relative to the project, with "/" between folders. */
export interface Source {
  file: string;
  text: string;
  tree: ts.SourceFile;
  /** The files that it imports from, of those that were read. */
  imports: string[];
}

/** The TypeScript files of these folders. */
export function readSources(folders: readonly string[]): Source[] {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => path.posix.join(folder, file.split(path.sep).join('/'))),
  );
  const known = new Set(files);
  return files.map((file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const imports = specifiers(tree)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => resolve(path.posix.join(path.posix.dirname(file), specifier), known))
      .filter((target) => target !== null);
    return { file, text, tree, imports };
  });
}

function resolve(target: string, known: ReadonlySet<string>): string | null {
  return [target, `${target}.ts`, `${target}.tsx`, `${target}/index.ts`].find((file) => known.has(file)) ?? null;
}

/** The names of the modules that a file imports, at its top or while it runs. */
export function specifiers(tree: ts.SourceFile): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      found.push((node.moduleSpecifier as ts.StringLiteral).text);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteral(argument)) found.push(argument.text);
    }
  });
  return found;
}

/** Calls `look` for a node and all below it. */
export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  node.forEachChild((child) => {
    visit(child, look);
  });
}

/** How many lines a node takes, comments before it left out. */
export function linesOf(node: ts.Node, tree: ts.SourceFile): number {
  const line = (position: number): number => tree.getLineAndCharacterOfPosition(position).line;
  return line(node.getEnd()) - line(node.getStart(tree)) + 1;
}
