/** A mail to one person, in plain text. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** Hands mails over. */
export interface MailSender {
  /** Resolves when somebody else is answerable for the mail. */
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}
