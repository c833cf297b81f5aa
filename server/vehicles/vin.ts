/** Letters count as the digit of their column; I, O and Q do not occur. */
const ROWS = ['ABCDEFGH', 'JKLMN.P.R', '.STUVWXYZ'];

function valueOf(character: string): number {
  const row = ROWS.find((letters) => letters.includes(character));
  return row ? row.indexOf(character) + 1 : Number(character);
}

const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/**
 * The vehicle identification number in upper case, or null when it is none:
 * 17 characters without I, O and Q. The check digit is held to 49 CFR 565 where
 * it is law, which is where the number begins with 1 to 5 (North America).
 */
export function parseVin(text: string): string | null {
  const vin = text.trim().toUpperCase();
  if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(vin) || /^(.)\1{16}$/.test(vin)) return null;
  return /^[1-5]/.test(vin) && vin[8] !== checkDigit(vin) ? null : vin;
}

function checkDigit(vin: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => {
    return total + weight * valueOf(vin[index] as string);
  }, 0);
  return sum % 11 === 10 ? 'X' : String(sum % 11);
}
