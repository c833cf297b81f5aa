import { createTransport } from 'nodemailer';
import type { MailSender } from './mail.ts';

const TIMEOUT_MS = 20_000;

/**
 * @param url smtp://user:password@host:port, or smtps:// where the connection begins with TLS.
 * @param from as a header has it: `Dealer media <media@example.com>`.
 */
export function createSmtpMail({ url, from }: { url: string; from: string }): MailSender {
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: 2,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  return {
    async send({ to, subject, text }) {
      await transport.sendMail({ to: { name: '', address: to }, subject, text });
    },
    async close() {
      transport.close();
    },
  };
}
