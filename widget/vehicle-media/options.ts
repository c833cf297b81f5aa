import { LitElement, type PropertyDeclaration, type PropertyDeclarations } from 'lit';
import type { StringOverrides } from '../strings/strings.ts';
import type { FileTransform, FileValidator } from './uploader-host.ts';

export type VehicleMediaMode = 'view' | 'upload' | 'manage';

const own = { attribute: false };

/** Attributes of the same names, in kebab case; what is removed or makes no sense is as if it never was there. */
const attributes = (names: string, options: PropertyDeclaration): PropertyDeclarations =>
  Object.fromEntries(
    names.split(' ').map((name) => [
      name,
      {
        ...options,
        attribute: name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        useDefault: true,
      },
    ]),
  );

const numberOrNull = (value: string | null): number | null =>
  value && Number.isFinite(+value) ? +value : null;

/** What a page sets: the attributes of the element, and the properties that have none. */
export class VehicleMediaOptions extends LitElement {
  static override properties: PropertyDeclarations = {
    ...attributes(
      'endpoint embedKey token vehicle vin stockNumber dealership src mode layout aspectRatio thumbnails group accept capture maxSide',
      {},
    ),
    ...attributes('startIndex interval maxFiles concurrency', { converter: numberOrNull }),
    ...attributes('autoplay loop noZoom noLive noJsonLd keepLocation disabled', { type: Boolean }),
    ...attributes('colorScheme', { reflect: true }),
    tokenProvider: own,
    validators: own,
    transformFile: own,
    strings: own,
  };

  /**
   * URL of the GraphQL endpoint, absolute or relative to the page.
   *
   * @attr endpoint
   */
  declare endpoint: string;
  /**
   * Publishable key of a dealership, for pages on other sites. A token is used instead where both are there.
   *
   * @attr embed-key
   */
  declare embedKey: string | null;
  /**
   * Token of a person who is logged in, or an upload token for this vehicle.
   *
   * @attr token
   */
  declare token: string | null;
  /**
   * Global id of the vehicle; or use `vin` or `stockNumber`.
   *
   * @attr vehicle
   */
  declare vehicle: string | null;
  /**
   * Vehicle identification number.
   *
   * @attr vin
   */
  declare vin: string | null;
  /**
   * The dealership's own number of the vehicle.
   *
   * @attr stock-number
   */
  declare stockNumber: string | null;
  /**
   * Id or slug of the dealership whose `vin` or `stockNumber` it is, where the endpoint serves several.
   *
   * @attr dealership
   */
  declare dealership: string | null;
  /**
   * URL of a static manifest to show instead of what `endpoint` answers, absolute or relative to
   * the page; in the mode `view`, without live changes.
   *
   * @attr src
   */
  declare src: string | null;
  /**
   * `view` shows, `upload` takes files, `manage` also edits, sorts and deletes.
   *
   * @attr mode
   */
  declare mode: VehicleMediaMode;
  /**
   * One photo at a time, or all at once.
   *
   * @attr layout
   */
  declare layout: 'slideshow' | 'gallery';
  /**
   * Which photo is first, from 0.
   *
   * @attr start-index
   */
  declare startIndex: number;
  /**
   * Turn the photos by itself, until somebody takes over.
   *
   * @attr autoplay
   */
  declare autoplay: boolean;
  /**
   * Milliseconds a photo stays while they turn; at least 1000.
   *
   * @attr interval
   */
  declare interval: number;
  /**
   * Go on with the first photo after the last.
   *
   * @attr loop
   */
  declare loop: boolean;
  /**
   * Shape of the whole box, such as `16/9`; 4/3 otherwise.
   *
   * @attr aspect-ratio
   */
  declare aspectRatio: string | null;
  /**
   * What to choose photos from; without it a strip where there is room, and a count where not.
   *
   * @attr thumbnails
   */
  declare thumbnails: 'none' | 'strip' | 'dots' | 'count' | null;
  /**
   * Show only the media whose `groupKey` this is; in the mode `view`.
   *
   * @attr group
   */
  declare group: string | null;
  /**
   * Do not offer the large view.
   *
   * @attr no-zoom
   */
  declare noZoom: boolean;
  /**
   * Do not follow changes.
   *
   * @attr no-live
   */
  declare noLive: boolean;
  /**
   * Do not describe the vehicle to crawlers as JSON-LD.
   *
   * @attr no-json-ld
   */
  declare noJsonLd: boolean;
  /**
   * Colours; the page's `color-scheme` otherwise. `auto` follows the system.
   *
   * @attr color-scheme
   */
  declare colorScheme: 'light' | 'dark' | 'auto' | null;
  /**
   * File types to take, as in `<input accept>`.
   *
   * @attr accept
   */
  declare accept: string;
  /**
   * Files to take at most.
   *
   * @attr max-files
   */
  declare maxFiles: number | null;
  /**
   * Which camera to open, as in `<input capture>`.
   *
   * @attr capture
   */
  declare capture: string | null;
  /**
   * Files that travel at once.
   *
   * @attr concurrency
   */
  declare concurrency: number;
  /**
   * Leave location data in photos, and with it their size: none is scaled.
   *
   * @attr keep-location
   */
  declare keepLocation: boolean;
  /**
   * Longest side of the photos that are sent, in pixels: larger ones are scaled down in the browser.
   * `none` sends them as they are. Without it, as large as the server's renditions need: 2560, and
   * portraits at least 2048 wide.
   *
   * @attr max-side
   */
  declare maxSide: string | number | null;
  /**
   * Take nothing and change nothing.
   *
   * @attr disabled
   */
  declare disabled: boolean;
  /** Asked for a token when one is needed, and again when it was refused. */
  declare tokenProvider: (() => Promise<string | null> | string | null) | null;
  /** Further checks of each file. */
  declare validators: readonly FileValidator[];
  /** Changes each file before it is sent. */
  declare transformFile: FileTransform | null;
  /** Texts in place of the element's own. */
  declare strings: StringOverrides;

  constructor() {
    super();
    this.endpoint = '/graphql';
    this.embedKey = this.token = this.dealership = this.src = null;
    this.vehicle = this.vin = this.stockNumber = this.group = this.colorScheme = null;
    this.mode = 'view';
    this.layout = 'slideshow';
    this.startIndex = 0;
    this.interval = 5000;
    this.autoplay = this.loop = this.noZoom = this.noLive = this.noJsonLd = false;
    this.keepLocation = this.disabled = false;
    this.aspectRatio = this.thumbnails = this.maxFiles = this.maxSide = this.capture = null;
    this.accept = 'image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,video/mp4';
    this.concurrency = 3;
    this.tokenProvider = this.transformFile = null;
    this.validators = [];
    this.strings = {};
  }
}
