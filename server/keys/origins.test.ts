import { describe, expect, it } from 'vitest';
import { isAllowedOrigin, readOrigins, requestOrigin } from './origins.ts';

describe('an origin', () => {
  it.each([
    ['https://www.dealer.example', 'https://www.dealer.example'],
    ['HTTPS://WWW.Dealer.Example/', 'https://www.dealer.example'],
    ['https://www.dealer.example:443', 'https://www.dealer.example'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['https://händler.example', 'https://xn--hndler-bua.example'],
    ['https://*.dealer.example', 'https://*.dealer.example'],
    ['https://*.dealer.example:8443', 'https://*.dealer.example:8443'],
    ['http://192.0.2.1', 'http://192.0.2.1'],
    ['http://[2001:db8::1]:8080', 'http://[2001:db8::1]:8080'],
  ])('%s is kept as browsers write it', (text, kept) => {
    expect(readOrigins([text])).toEqual([kept]);
  });

  it.each([
    '',
    '*',
    'dealer.example',
    'null',
    'https://',
    'https://*',
    'https://*.com',
    'https://*.192.0.2.1',
    'https://*.[2001:db8::1]',
    'https://*dealer.example',
    'https://www.*.dealer.example',
    'https://*.*.dealer.example',
    'https://dealer.example/path',
    'https://dealer.example?x',
    'https://dealer.example#x',
    'https://user@dealer.example',
    'ftp://dealer.example',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://dealer.example https://other.example',
  ])('%j is none', (text) => {
    expect(() => readOrigins(['https://ok.example', text])).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', field: ['input', 'origins', '1'] }),
    );
  });

  it('is kept once, and not too many are', () => {
    expect(readOrigins(['https://a.example', 'https://A.example/'])).toEqual(['https://a.example']);
    expect(() => readOrigins(Array.from({ length: 51 }, () => 'https://a.example'))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });
});

describe('a list of origins', () => {
  const list = ['https://dealer.example', 'https://*.cars.example', 'http://dev.example:8080'];

  it.each([
    'https://dealer.example',
    'https://www.cars.example',
    'https://xn--hndler-bua.cars.example',
    'http://dev.example:8080',
  ])('lets %s in', (origin) => {
    expect(isAllowedOrigin(list, origin)).toBe(true);
  });

  it.each([
    null,
    'null',
    '',
    'http://dealer.example',
    'https://dealer.example:8443',
    'https://www.dealer.example',
    'https://dealer.example.evil.example',
    'https://evildealer.example',
    'https://dealer.examples',
    'https://dealer.example.',
    'https://dealer.example@evil.example',
    'https://cars.example',
    'https://evilcars.example',
    'https://a.b.cars.example',
    'https://.cars.example',
    'https://*.cars.example',
    'http://www.cars.example',
    'https://www.cars.example:8443',
    'https://www.cars.example.evil.example',
    'http://dev.example',
    'http://dev.example:80801',
    'wss://dealer.example',
    'HTTPS://DEALER.EXAMPLE',
    'https://dealer.example/',
  ])('keeps %j out', (origin) => {
    const header = (name: string) => (name === 'origin' ? origin : null);
    expect(isAllowedOrigin(list, requestOrigin(header))).toBe(false);
  });

  it('that is empty lets everybody in', () => {
    expect(isAllowedOrigin([], null)).toBe(true);
  });
});

describe('the origin of a request', () => {
  const of = (headers: Record<string, string>) => requestOrigin((name) => headers[name] ?? null);

  it('is that of the Referer where there is no Origin', () => {
    expect(of({ referer: 'https://dealer.example/cars?x=1' })).toBe('https://dealer.example');
    expect(of({ referer: 'https://dealer.example@evil.example/' })).toBeNull();
    expect(of({ referer: 'nonsense' })).toBeNull();
    expect(of({})).toBeNull();
  });

  it('is none where the browser says null, whatever the Referer', () => {
    expect(of({ origin: 'null', referer: 'https://dealer.example/' })).toBeNull();
  });
});
