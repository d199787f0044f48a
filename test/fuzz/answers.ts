import { request as httpRequest, type Agent } from 'node:http';

/** What came back for one request of the fuzz. */
export interface FuzzAnswer {
  status: number;
  retryAfter: string | undefined;
  text: string;
}

/** As `fetch` would ask, at a fraction of its cost. */
export function send(
  url: string,
  agent: Agent,
  { method = 'POST', headers, body }: { method?: string; headers: Record<string, string>; body?: string | Buffer },
): Promise<FuzzAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, retryAfter: headers['retry-after'], text: Buffer.concat(chunks).toString() });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

interface AnsweredError {
  message: string;
  /** Of an error that came while fields were executed. */
  path?: unknown[];
  extensions: Record<string, unknown>;
}

/** What no message to a client may hold: pieces of code, of the database's words, of this machine. */
const LEAKS =
  /node_modules|\/src\/|\/dist\/|\/tmp\/|\/home\/|\.[jt]s:\d|\n\s+at |ER_[A-Z]{3}|errno|sqlState|sqlMessage|mariadb|mysqld?\b|Unknown column|Table '|Duplicate entry|Data too long|Data truncated|Out of range value|Incorrect .{1,20} value|error in your SQL|Illegal mix|Cannot read propert|is not a function|is not iterable|test_[0-9a-f]{12}|QueryFailed|TypeError|RangeError/;

const LONGEST_MESSAGE = 500;
/** What may stand beside a code: facts for programs. */
const DETAILS = new Set(['code', 'field', 'retryAfterSeconds', 'operationUid']);
const UNFORESEEN = /^(INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE|OUTCOME_UNKNOWN)$/;

interface GraphqlAnswer {
  /** Undefined where nothing was executed. */
  data?: unknown;
  errors?: AnsweredError[];
}

export function read({ text }: FuzzAnswer): GraphqlAnswer {
  return JSON.parse(text) as GraphqlAnswer;
}

/** Whether what the root field does was done, and something that was asked of its result could not be answered. */
export function isBelowRoot({ path = [] }: AnsweredError): boolean {
  return path.length > 1;
}

/** What is wrong with an answer, whatever was asked; null where nothing is. */
export function faultOf(answer: FuzzAnswer): string | null {
  if (answer.status >= 500) return `status ${answer.status}`;
  let errors: AnsweredError[];
  try {
    ({ errors = [] } = read(answer));
  } catch {
    return 'no JSON';
  }
  for (const { message, extensions } of errors) {
    const { code } = extensions;
    if (typeof code !== 'string' || UNFORESEEN.test(code)) return `the code ${String(code)}`;
    const [detail] = Object.keys(extensions).filter((name) => !DETAILS.has(name));
    if (detail !== undefined) return `the detail ${detail}`;
    if (message.length > LONGEST_MESSAGE) return `a message of ${message.length} characters`;
    const leak = LEAKS.exec(message)?.[0];
    if (leak !== undefined) return `${JSON.stringify(leak)} in a message`;
  }
  return null;
}
