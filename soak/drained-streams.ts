import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { vehicleMediaChanged } from '../widget/api/live/documents.ts';

/** Opens a stream of a vehicle; resolves when it follows, to how it ends: `closed`, or what came instead. */
export type OpenStream = (url: string, vehicleId: string) => Promise<{ ended: Promise<string> }>;

/** Ends well by the event `complete` and the end of the answer. */
export const openEventStream: OpenStream = async (url, vehicleId) => {
  const call = request(`${url}/graphql`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  call.end(JSON.stringify({ query: vehicleMediaChanged, variables: { vehicleId } }));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`An event stream got ${response.statusCode}.`);
  let text = '';
  const ended = new Promise<string>((resolve) => {
    response
      .setEncoding('utf8')
      .on('data', (chunk: string) => (text = (text + chunk).slice(-200)))
      .once('error', (error: Error) => resolve(error.message))
      .once('end', () => resolve(/^event: complete$/m.test(text) ? 'closed' : 'not completed'));
  });
  return { ended };
};

/** Ends well by `complete` and the close code 1001. */
export const openSocketStream: OpenStream = async (url, vehicleId) => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  const payload = { query: vehicleMediaChanged, variables: { vehicleId } };
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  let completed = false;
  socket.on('message', (data) => {
    completed ||= (JSON.parse(String(data)) as { type: string }).type === 'complete';
  });
  const ended = new Promise<string>((resolve) => {
    socket
      .once('error', (error) => resolve(error.message))
      .once('close', (code) => {
        if (code !== 1001) resolve(`close code ${code}`);
        else resolve(completed ? 'closed' : 'not completed');
      });
  });
  // Answered after the subscription was taken.
  socket.ping();
  await once(socket, 'pong');
  return { ended };
};
