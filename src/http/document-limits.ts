import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type DocumentNode,
  GraphQLError,
  Kind,
  NoFragmentCyclesRule,
  TypeInfo,
  ValidationContext,
  type ValidationRule,
  visit,
  visitInParallel,
} from 'graphql';

/** What a document may hold at most: far above what a page of nested vehicles needs, far below what hurts. */
const MAX_DEPTH = 16;
const MAX_ALIASES = 120;
const MAX_DIRECTIVES = 50;

/** By itself the armor throws in the midst of the validation, which would count as a failure of the server. */
const refuse = (message: string) => ({
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null) => {
      context?.reportError(new GraphQLError(message));
    },
  ],
});

const RULES = [
  NoFragmentCyclesRule,
  maxDepthRule({ n: MAX_DEPTH, ...refuse(`The query is too deep: ${MAX_DEPTH} levels are the most.`) }),
  maxAliasesRule({ n: MAX_ALIASES, ...refuse(`The query has too many aliases: ${MAX_ALIASES} are the most.`) }),
  maxDirectivesRule({
    n: MAX_DIRECTIVES,
    ...refuse(`The query has too many directives: ${MAX_DIRECTIVES} are the most.`),
  }),
] as ValidationRule[];

const EMPTY: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/**
 * Bounds a document before it is validated in earnest. Where it is beyond bounds the other rules get nothing to look
 * at: of fragments that go deep or in circles, one of them would run out of stack.
 */
export const withinLimits: ValidationRule = (context) => ({
  Document(document) {
    const found: GraphQLError[] = [];
    const schema = context.getSchema();
    const ownContext = new ValidationContext(schema, document, new TypeInfo(schema), (error) => {
      found.push(error);
    });
    visit(document, visitInParallel(RULES.map((rule) => rule(ownContext))));
    for (const error of found) context.reportError(error);
    return found.length > 0 ? EMPTY : undefined;
  },
});
