import { format } from '../../strings/format.ts';
import type { StringOverrides } from '../../strings/strings.ts';
import type { UploadFailure } from '../queue/upload-failure.ts';
import type { UploaderStrings } from '../strings/uploader-strings.ts';

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** The uploader's texts, numbers and sentences in one language. */
export class Words {
  readonly locale: string;
  #strings: UploaderStrings;
  readonly overrides: StringOverrides;

  constructor(strings: UploaderStrings, overrides: StringOverrides, locale: string) {
    this.#strings = strings;
    this.overrides = overrides;
    this.locale = locale;
  }

  say(name: keyof UploaderStrings, values?: Readonly<Record<string, string | number>>): string {
    return format(this.overrides[name] ?? this.#strings[name], values, this.locale);
  }

  bytes(count: number): string {
    const power = count < 1_000 ? 0 : Math.min(3, Math.floor(Math.log10(count) / 3));
    const value = count / 1_000 ** power;
    return this.#unit(byteUnits[power] ?? 'byte', value, power > 1 && value < 10 ? 1 : 0);
  }

  /** Rounded, so that it does not jump about. */
  duration(seconds: number): string {
    if (seconds < 60) return this.#unit('second', Math.max(5, Math.ceil(seconds / 5) * 5), 0);
    const minutes = Math.ceil(seconds / 60);
    return minutes < 60 ? this.#unit('minute', minutes, 0) : this.#unit('hour', minutes / 60, 1);
  }

  percent(share: number): string {
    return new Intl.NumberFormat(this.locale, { style: 'percent' }).format(share);
  }

  /** What happened and what to do, for whoever chose the file. */
  failure({ code, data }: UploadFailure, byteSize = 0): string {
    const { detail = '', limit = 0, limitBytes = 0 } = data;
    if (!detail && (code === 'PROCESSING' || code === 'REFUSED')) {
      return this.say(code === 'PROCESSING' ? 'photoFailed' : 'failedSERVER');
    }
    return this.say(`failed${code}`, {
      detail,
      count: limit,
      limit: this.bytes(limitBytes),
      size: this.bytes(byteSize),
    });
  }

  #unit(unit: string, value: number, maximumFractionDigits: number): string {
    return new Intl.NumberFormat(this.locale, {
      style: 'unit',
      unit,
      // Short bytes are "8 byte" in English.
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      maximumFractionDigits,
    }).format(value);
  }
}
