import type { MailSender } from './mail.ts';

/** For development: whoever runs the server reads the mails. Never in production, for their links let people in. */
export function createTerminalMail(
  print: (text: string) => void = (text) => console.log(text),
): MailSender {
  return {
    async send({ to, subject, text }) {
      const lines = [`To: ${to}`, `Subject: ${subject}`, '', ...text.trimEnd().split('\n')];
      print(`\n${lines.map((line) => `  | ${line}`.trimEnd()).join('\n')}\n`);
    },
    async close() {},
  };
}
