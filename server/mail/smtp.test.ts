import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSmtpMail } from './smtp.ts';
import { createTerminalMail } from './terminal.ts';

/** What clients have said to a mail server that takes everything. */
const said: string[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer((socket) => {
    let inData = false;
    socket.on('error', () => {});
    socket.write('220 ready\r\n');
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        said.push(line);
        if (inData && line !== '.') continue;
        if (line === 'DATA') {
          inData = true;
          socket.write('354 go on\r\n');
        } else {
          inData = false;
          socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 fine\r\n');
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

it('hands a mail to the server of its address', async () => {
  const { port } = server.address() as AddressInfo;
  const mail = createSmtpMail({
    url: `smtp://127.0.0.1:${port}`,
    from: 'Dealer media <media@dealer.example>',
  });
  await mail.send({
    to: 'kim@halden.example',
    subject: 'Halden & Söhne\r\nBcc: eve@halden.example invites you',
    text: 'Join:\nhttps://media.example/staff/accept-invitation#token=abc\n',
  });
  await mail.close();
  expect(said).toContain('MAIL FROM:<media@dealer.example>');
  expect(said.filter((line) => line.startsWith('RCPT TO:'))).toEqual([
    'RCPT TO:<kim@halden.example>',
  ]);
  expect(said).toContain('From: Dealer media <media@dealer.example>');
  expect(said.filter((line) => line.startsWith('Bcc:'))).toEqual([]);
  expect(said).toContain('https://media.example/staff/accept-invitation#token=abc');
});

it('fails where there is no server', async () => {
  const { port } = server.address() as AddressInfo;
  server.close();
  const mail = createSmtpMail({ url: `smtp://127.0.0.1:${port}`, from: 'media@dealer.example' });
  await expect(mail.send({ to: 'kim@halden.example', subject: 'S', text: 'T' })).rejects.toThrow(
    /ECONNREFUSED/,
  );
  await mail.close();
});

it('is printed for whoever develops', async () => {
  const printed: string[] = [];
  await createTerminalMail((text) => printed.push(text)).send({
    to: 'kim@halden.example',
    subject: 'Choose',
    text: 'One\n\nTwo\n',
  });
  expect(printed).toEqual([
    '\n  | To: kim@halden.example\n  | Subject: Choose\n  |\n  | One\n  |\n  | Two\n',
  ]);
});
