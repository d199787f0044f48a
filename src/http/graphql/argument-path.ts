import { type ASTNode, BREAK, type DocumentNode, Kind, visit } from 'graphql';

/**
 * The argument that a value of a document is, or lies within, such as "input.vin" or "first"; null where it is none.
 * @param isIt tells the value
 */
export function argumentPath(document: DocumentNode, isIt: (node: ASTNode) => boolean): string | null {
  let found: string | null = null;
  visit(document, {
    enter(node, _key, parent, _path, ancestors) {
      if (!isIt(node)) return undefined;
      const around = [...ancestors, parent].filter((each): each is ASTNode => each !== undefined && 'kind' in each);
      if (around.some(({ kind }) => kind === Kind.DIRECTIVE)) return undefined;
      const names = around.flatMap((each) =>
        each.kind === Kind.ARGUMENT || each.kind === Kind.OBJECT_FIELD ? [each.name.value] : [],
      );
      if (names.length === 0) return undefined;
      found = names.join('.');
      return BREAK;
    },
  });
  return found;
}
