import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { vehicleMediaChanged } from '../widget/api/live/documents.ts';

export interface LiveReader {
  /** Reads nothing more from its socket. What asks whether it lives is answered all the same. */
  stall(): void;
  resume(): void;
  close(): void;
  /** Whether the server has ended it. */
  readonly ended: boolean;
}

/** How often a stalled reader says that it lives, unasked, since it does not see that it is asked. */
const PONG_EVERY_MS = 5_000;

/** Opens a reader of a vehicle, as a page of the widget; resolves when it follows. */
export type OpenReader = (
  url: string,
  vehicleId: string,
  take: (text: string) => void,
) => Promise<LiveReader>;

export const openSse: OpenReader = async (url, vehicleId, take) => {
  const call = request(`${url}/graphql`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  call.end(JSON.stringify({ query: vehicleMediaChanged, variables: { vehicleId } }));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`An event stream got ${response.statusCode}.`);
  response.setEncoding('utf8').on('data', take);
  let ended = false;
  response.on('error', () => {}).once('close', () => (ended = true));
  return {
    stall() {
      response.pause();
      response.socket.pause();
    },
    resume() {
      response.resume();
      response.socket.resume();
    },
    close: () => call.destroy(),
    get ended() {
      return ended;
    },
  };
};

export const openWebSocket: OpenReader = async (url, vehicleId, take) => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  const payload = { query: vehicleMediaChanged, variables: { vehicleId } };
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  socket.on('message', (data) => take(String(data)));
  let ended = false;
  socket.on('error', () => {}).once('close', () => (ended = true));
  // Answered after the subscription was taken.
  socket.ping();
  await once(socket, 'pong');
  let pongs: NodeJS.Timeout | undefined;
  return {
    stall() {
      socket.pause();
      pongs = setInterval(() => socket.pong(), PONG_EVERY_MS);
    },
    resume() {
      clearInterval(pongs);
      socket.resume();
    },
    close() {
      clearInterval(pongs);
      socket.terminate();
    },
    get ended() {
      return ended;
    },
  };
};
