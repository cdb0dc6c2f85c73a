/** Check digits of the identifiers that are told by them. Each takes bare digits (the IBAN letters too). */

const digitsOf = (text: string): number[] => [...text].map(Number);
const weighted = (digits: readonly number[], weights: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * (digits[i] ?? 0), 0);

/** Luhn's check (ISO/IEC 7812-1, annex B) of any window in constant time, from two running sums. */
export function luhnWindows(values: readonly number[]): (first: number, after: number) => boolean {
  const count = values.length;
  /** sums[parity][i]: of the digits before i, those whose index has this parity doubled. */
  const sums = [new Uint32Array(count + 1), new Uint32Array(count + 1)] as const;
  values.forEach((value, i) => {
    const doubled = value > 4 ? value * 2 - 9 : value * 2;
    sums[0][i + 1] = (sums[0][i] ?? 0) + (i % 2 === 0 ? doubled : value);
    sums[1][i + 1] = (sums[1][i] ?? 0) + (i % 2 === 1 ? doubled : value);
  });
  return (first, after) => {
    // the last digit is not doubled, so the doubled ones share the parity of `after`
    const sum = after % 2 === 0 ? sums[0] : sums[1];
    return ((sum[after] ?? 0) - (sum[first] ?? 0)) % 10 === 0;
  };
}

/** Length of an IBAN by country: SWIFT, IBAN Registry (ISO 13616). */
const IBAN_LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 ' +
    'SK24 SM27 ST25 SV28 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
);

export const ibanLength = (country: string): number | undefined => IBAN_LENGTHS.get(country);

/** ISO 13616: the four first characters to the end, letters as 10-35, modulo 97 is 1 (ISO 7064). */
export function isIban(upperCase: string): boolean {
  let rest = 0;
  for (const char of upperCase.slice(4) + upperCase.slice(0, 4)) {
    const value = parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** United States: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA, POMS RM 10201.035). */
export const isSocialSecurityNumber = (digits: string): boolean =>
  /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits);

/** United Kingdom, national insurance number (HMRC, NIM39110). */
export const isNino = (upperCase: string): boolean =>
  /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(upperCase);

/** Germany, tax identification number: ISO 7064 MOD 11,10 and no leading zero (section 139b AO). */
export function isGermanTaxId(digits: string): boolean {
  if (!/^[1-9]\d{10}$/.test(digits)) return false;
  let product = 10;
  for (const digit of digitsOf(digits.slice(0, 10))) product = (((digit + product) % 10 || 10) * 2) % 11;
  return (11 - product) % 10 === Number(digits[10]);
}

/** Poland, PESEL: month coded with the century, weighted check digit (Act on population records, article 15). */
export function isPesel(digits: string): boolean {
  if (!/^\d{11}$/.test(digits)) return false;
  const month = Number(digits.slice(2, 4)) % 20;
  const day = Number(digits.slice(4, 6));
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  return weighted(digitsOf(digits), [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}
