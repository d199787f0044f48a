import { GraphQLEnumType } from 'graphql';
import { ERROR_CODES } from '../../services/error-codes';

/** For the generation of clients' code: no field has this type, and each error has one of its values. */
export const ErrorCodeEnum = new GraphQLEnumType({
  name: 'ErrorCode',
  description: 'What errors[].extensions.code holds. "Look first" means that the request may have taken effect.',
  values: Object.fromEntries(
    Object.entries(ERROR_CODES).map(([code, { fault, retry, action }]) => [
      code,
      { description: `Fault: the ${fault}'s. Retry: ${retry}. ${action}` },
    ]),
  ),
});
