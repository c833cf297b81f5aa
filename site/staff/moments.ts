const format = (options: Intl.DateTimeFormatOptions) => {
  const formatter = new Intl.DateTimeFormat('en', options);
  return (value: string): string => formatter.format(new Date(value));
};

/** "Jan 31, 2026", of a moment in ISO 8601. */
export const dayWords = format({ dateStyle: 'medium' });

/** "Jan 31, 2026, 9:30 AM", of a moment in ISO 8601. */
export const momentWords = format({ dateStyle: 'medium', timeStyle: 'short' });

/** "9:30 AM", of a moment in ISO 8601. */
export const timeWords = format({ timeStyle: 'short' });
