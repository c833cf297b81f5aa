import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What one client got that asks on a connection which it keeps. */
export interface Lane {
  answers: number;
  /** Answers that ask to send the request again, with 503. */
  busy: number;
  /** What came instead of an answer to what was sent. */
  failures: string[];
  /** How the connection ended: the server said so in an answer, or closed it between two. */
  ended: Promise<'said' | 'idle'>;
}

/** A body, and whether an answer is what it asks for. */
export interface Question {
  headers: Record<string, string>;
  body: string;
  accepts(text: string): boolean;
}

/**
 * Asks one question after the other on one connection, until that ends: by
 * `connection: close`, or while nothing was asked.
 */
export function askAlong(url: string, next: () => Question, pauseMs: () => number): Lane {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const lane: Lane = { answers: 0, busy: 0, failures: [], ended: run() };

  async function run(): Promise<'said' | 'idle'> {
    for (let first = true; ; first = false) {
      const question = next();
      const call = request(`${url}/graphql`, { method: 'POST', agent, headers: question.headers });
      const answer = answerTo(call);
      call.end(question.body);
      const got = await answer;
      // The connection was closed before this was sent: nobody has it, and another server may.
      if (!first && !call.reusedSocket) return 'idle';
      if (got instanceof Error) {
        lane.failures.push(got.message);
        return 'idle';
      }
      if (got.status === 503) lane.busy += 1;
      else if (got.status !== 200 || !question.accepts(got.text))
        lane.failures.push(`${got.status} ${got.text.slice(0, 200)}`);
      else lane.answers += 1;
      if (got.close) return 'said';
      const pause = pauseMs();
      if (pause > 0) await sleep(pause);
    }
  }
  return lane;
}

interface Answer {
  status: number | undefined;
  text: string;
  close: boolean;
}

function answerTo(call: ClientRequest): Promise<Answer | Error> {
  return new Promise((resolve) => {
    call.on('error', resolve).on('response', (response: IncomingMessage) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('error', resolve)
        .on('end', () =>
          resolve({
            status: response.statusCode,
            text,
            close: response.headers.connection === 'close',
          }),
        );
    });
  });
}
