/** H.264 profiles that every browser has: baseline, main, high. */
const COMMON_PROFILES = new Set(['42', '4d', '64']);

/** Whether every browser plays it. `codecs` as RFC 6381 has them, the picture's first. */
export function playsEverywhere(codecs: string): boolean {
  const [, profile] = /^avc[13]\.([0-9a-f]{2})/i.exec(codecs) ?? [];
  return profile !== undefined && COMMON_PROFILES.has(profile.toLowerCase());
}
