const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
/** 49 CFR 565: I, O and Q do not occur. */
const LETTERS: Readonly<Record<string, number>> = Object.fromEntries(
  [...'ABCDEFGH']
    .map((letter, index) => [letter, index + 1] as const)
    .concat(
      [...'JKLMN'].map((letter, index) => [letter, index + 1] as const),
      [
        ['P', 7],
        ['R', 9],
      ],
      [...'STUVWXYZ'].map((letter, index) => [letter, index + 2] as const),
    ),
);

/** What a person is told while typing a VIN; null when it looks right. Never refuses: the server does. */
export function vinHint(text: string): string | null {
  const vin = text.trim().toUpperCase();
  if (vin === '') return null;
  const odd = [...vin].find((character) => !/[0-9]/.test(character) && !(character in LETTERS));
  if (odd !== undefined) {
    return /[IOQ]/.test(odd)
      ? `A VIN has no ${odd}: it may be ${odd === 'I' ? '1' : '0'}.`
      : `A VIN has no “${odd}”.`;
  }
  if (vin.length !== 17) return `${vin.length} of 17 characters`;
  const sum = [...vin].reduce(
    (total, character, index) =>
      total + (LETTERS[character] ?? Number(character)) * WEIGHTS[index]!,
    0,
  );
  const digit = sum % 11 === 10 ? 'X' : String(sum % 11);
  return vin[8] === digit ? null : 'The check digit does not fit: please compare it with the car.';
}
