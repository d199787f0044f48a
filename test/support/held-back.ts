import { request } from 'node:http';
import { bearer } from './http';

/** A request whose last byte is still to come. */
export interface HeldBack {
  /** Sends the last byte. @returns the status and the code of the first error, such as "200 UNAUTHENTICATED" */
  finish: () => Promise<string>;
}

/** Sends a GraphQL request but for its last byte, and gives the server time to read its headers. */
export async function holdBack(url: string, token: string | null, body: object): Promise<HeldBack> {
  const text = JSON.stringify(body);
  const outgoing = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...bearer(token) },
  });
  const answered = new Promise<string>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let answer = '';
      response.on('data', (data: Buffer) => (answer += data.toString()));
      response.on('end', () => {
        resolve(`${String(response.statusCode)} ${/"code":"(\w+)"/.exec(answer)?.[1] ?? 'answered'}`);
      });
    });
  });
  answered.catch(() => undefined);
  outgoing.write(Buffer.from(text).subarray(0, -1));
  await new Promise((resolve) => setTimeout(resolve, 200));
  return {
    finish: () => {
      outgoing.end(Buffer.from(text).subarray(-1));
      return answered;
    },
  };
}
