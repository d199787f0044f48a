import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  type SelectionNode,
  Source,
  TokenKind,
  type ValidationRule,
} from 'graphql';

/** The most that a document may hold: far above what a page of nested vehicles needs, far below what hurts. */
const MOST = { levels: 16, fields: 600, aliases: 120, directives: 50, logins: 1 } as const;
/** Of tokens; a parser that is given this bound stops there. */
export const MAX_TOKENS = 4_000;
/** Brackets within brackets, of any kind. Node 22 runs out of stack in the parser at some 1 700. */
export const MAX_NESTING = 100;

const COUNTED = ['fields', 'aliases', 'directives', 'logins'] as const;
const NOTHING: Size = { levels: 0, fields: 0, aliases: 0, directives: 0, logins: 0 };

const EMPTY: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/**
 * Refuses a document that holds too much before the other rules look at it: some of them recurse through fragments, and
 * would run out of stack where these go deep or in circles. They get an empty document instead.
 */
export const withinLimits: ValidationRule = (context) => ({
  Document(document) {
    const excess = excessOf(document);
    if (excess === null) return undefined;
    context.reportError(new GraphQLError(excess));
    return EMPTY;
  },
});

/** What a piece of a document holds, with the fragments that it spreads. */
interface Size {
  /** Fields within fields; a fragment is a level, too, so that no chain of them is without bound. */
  levels: number;
  /** Validation compares fields of one name with each other: a thousand take a tenth of a second. */
  fields: number;
  aliases: number;
  directives: number;
  /** Each checks a password, which is made to be slow. */
  logins: number;
}

/** @returns what is too much, in a sentence, or null */
function excessOf({ definitions }: DocumentNode): string | null {
  const measured = new Fragments(definitions);
  for (const definition of definitions) {
    if (!hasSelections(definition)) continue;
    const size = measured.sizeOf(definition);
    if (measured.circular !== null) return `Cannot spread fragment "${measured.circular}" within itself.`;
    if (size.levels > MOST.levels) return `The query is too deep: ${MOST.levels} levels are the most.`;
    for (const what of COUNTED) {
      if (size[what] > MOST[what])
        return `The query has too many ${what}: ${MOST[what]} ${MOST[what] === 1 ? 'is' : 'are'} the most.`;
    }
  }
  return null;
}

function hasSelections(node: DefinitionNode): node is OperationDefinitionNode | FragmentDefinitionNode {
  return node.kind === Kind.OPERATION_DEFINITION || node.kind === Kind.FRAGMENT_DEFINITION;
}

/** Measures each fragment once, however often it is spread: fragments that double one another have 2^n fields. */
class Fragments {
  /** A fragment that spreads itself, if any was met. */
  circular: string | null = null;
  private readonly named: ReadonlyMap<string, FragmentDefinitionNode>;
  /** By the fragment's name; null while it is being measured. */
  private readonly sizes = new Map<string, Size | null>();

  constructor(definitions: readonly DefinitionNode[]) {
    const fragments = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
    this.named = new Map(fragments.map((each) => [each.name.value, each]));
  }

  sizeOf(node: OperationDefinitionNode | FragmentDefinitionNode | SelectionNode): Size {
    const size = { levels: 0, fields: 0, aliases: 0, directives: node.directives?.length ?? 0, logins: 0 };
    const add = (part: Size): void => {
      size.levels = Math.max(size.levels, part.levels);
      for (const what of COUNTED) size[what] += part[what];
    };
    if (node.kind === Kind.FRAGMENT_SPREAD) add(this.ofFragment(node.name.value));
    else for (const selection of node.selectionSet?.selections ?? []) add(this.sizeOf(selection));
    if (isSelection(node)) size.levels += 1;
    if (node.kind === Kind.FIELD) {
      size.fields += 1;
      if (node.name.value === 'login') size.logins += 1;
      if (node.alias !== undefined) size.aliases += 1;
      // The introspection that clients send is deeper than any page. Its cost is bounded like that of any other query.
      if (node.name.value === '__schema') size.levels = 0;
    }
    return size;
  }

  private ofFragment(name: string): Size {
    const known = this.sizes.get(name);
    if (known) return known;
    const fragment = this.named.get(name);
    if (known === null) this.circular = name;
    // A fragment that is missing is another rule's matter.
    if (known === null || fragment === undefined) return NOTHING;
    this.sizes.set(name, null);
    const size = this.sizeOf(fragment);
    this.sizes.set(name, size);
    return size;
  }
}

function isSelection({ kind }: { kind: Kind }): boolean {
  return kind === Kind.FIELD || kind === Kind.INLINE_FRAGMENT || kind === Kind.FRAGMENT_SPREAD;
}

const OPENING_KINDS: ReadonlySet<TokenKind> = new Set([TokenKind.PAREN_L, TokenKind.BRACKET_L, TokenKind.BRACE_L]);
const CLOSING_KINDS: ReadonlySet<TokenKind> = new Set([TokenKind.PAREN_R, TokenKind.BRACKET_R, TokenKind.BRACE_R]);

/**
 * Whether brackets are nested so deep in a document's text that the parser, which recurses, could run out of stack.
 * Brackets in strings and comments count for nothing.
 */
export function nestsTooDeep(text: string): boolean {
  if (!hasManyBrackets(text)) return false;
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  try {
    for (let tokens = 0; tokens <= MAX_TOKENS; tokens++) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) return false;
      if (OPENING_KINDS.has(kind)) depth += 1;
      else if (CLOSING_KINDS.has(kind)) depth -= 1;
      if (depth > MAX_NESTING) return true;
    }
  } catch {
    // Not the language at all: the parser says where.
  }
  return false;
}

/** Spares nearly every document the work of being read twice. */
function hasManyBrackets(text: string): boolean {
  const enough = MAX_NESTING + 2;
  return text.split(/[([{]/, enough).length === enough;
}
