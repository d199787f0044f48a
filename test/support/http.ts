/** What came back over HTTP, whatever it was. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The body read as JSON; undefined where it is none. */
  body: unknown;
}

export async function http(url: string, options: RequestInit = {}): Promise<HttpAnswer> {
  const response = await fetch(url, options);
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** Posts a GraphQL request, or any text as its body, as a program without a GraphQL client would. */
export function post(
  url: string,
  body: string | object,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  return http(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export const bearer = (token: string | null): Record<string, string> =>
  token === null ? {} : { authorization: `Bearer ${token}` };

/** The code of the first error in an answer; null where there is none. */
export function codeOf({ body }: HttpAnswer): string | null {
  const { errors = [] } = (body ?? {}) as { errors?: { extensions?: { code?: string } }[] };
  return errors[0]?.extensions?.code ?? null;
}
