import type { ApolloServerPlugin } from '@apollo/server';

const NEW_MEDIA_TYPE = 'application/graphql-response+json';

/**
 * GraphQL over HTTP: where the answer is application/json, a document that does not parse, validate or get its
 * variables is answered with 200 and its errors, because a 400 in JSON may also come from an intermediary. Clients that
 * accept application/graphql-response+json get the 400.
 */
export const legacyStatus: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse({ request, response }) {
        const accept = request.http?.headers.get('accept') ?? '';
        const isOfDocument = 'query' in request && request.query !== undefined;
        if (response.http.status === 400 && isOfDocument && !accept.includes(NEW_MEDIA_TYPE)) {
          response.http.status = 200;
        }
        return Promise.resolve();
      },
    }),
};
