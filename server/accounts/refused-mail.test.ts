import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { PUBLIC_DEALERSHIP, startServer } from '../../test/server.ts';

/** A mail server that knows nobody, and quotes whom it does not know. */
async function startRefusingMail() {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('220 ready\r\n');
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        const to = /^RCPT TO:(.*)$/.exec(line)?.[1];
        socket.write(to ? `550 5.1.1 ${to}: no such user here\r\n` : '250 fine\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

it('is logged without the address that the mail server refuses', async () => {
  const mail = await startRefusingMail();
  const server = await startServer({
    env: { MAIL_URL: `smtp://127.0.0.1:${mail.port}`, MAIL_FROM: 'media@dealer.example' },
  });
  const { email } = await server.dealership(PUBLIC_DEALERSHIP);
  await server.visitor.expect(
    'mutation ($email: String!) { requestPasswordReset(input: { email: $email }) { userErrors { code } } }',
    { email },
  );
  await vi.waitFor(() => expect(server.log()).toContain('no such user here'), 10_000);
  expect(server.log()).not.toContain(email);
  await server.stop();
  mail.close();
});
