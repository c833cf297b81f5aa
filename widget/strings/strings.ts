/** A text with `{name}` places, or one for each plural category of its `{count}`. */
export type Text =
  | string
  | ({ readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

/** What the slideshow says from the first load on. */
interface FirstStrings {
  /** Name of the region. `{title}` is the vehicle's. */
  readonly gallery: Text;
  /** Name of the region while the vehicle has no title. */
  readonly galleryUntitled: Text;
  /** What a screen reader calls the region, in place of "region". */
  readonly carousel: Text;
  /** What a screen reader calls one slide, in place of "group". */
  readonly slide: Text;
  /** `{current}` `{total}`. */
  readonly position: Text;
  /** Alternative text of a photo without one. `{title}` `{current}`. */
  readonly photo: Text;
  /** The same while the vehicle has no title. `{current}`. */
  readonly photoUntitled: Text;
  /** The same of a video: `{title}` `{current}`, and while the vehicle has no title. */
  readonly video: Text;
  readonly videoUntitled: Text;
  readonly previous: Text;
  readonly next: Text;
  readonly play: Text;
  readonly pause: Text;
  /** Name of the group of thumbnails or dots. */
  readonly thumbnails: Text;
  /** Opens the large view. `{name}` is the photo's text. */
  readonly enlarge: Text;
  readonly loading: Text;
  readonly errorTitle: Text;
  /** Said when live changes bring photos. `{count}` is how many came. */
  readonly photosAdded: Text;
}

/** What the large view and the notices say, which are loaded when they are needed. */
export interface LateStrings {
  /** Name of the large view. */
  readonly zoomDialog: Text;
  readonly zoomIn: Text;
  readonly zoomOut: Text;
  readonly close: Text;
  readonly emptyTitle: Text;
  readonly emptyText: Text;
  /** What to do about it, by the code of an ApiError. */
  readonly errorNetwork: Text;
  readonly errorAccess: Text;
  readonly errorNotFound: Text;
  readonly errorSetup: Text;
  readonly errorManifest: Text;
  readonly errorBusy: Text;
  readonly errorServer: Text;
  readonly retry: Text;
  /** A photo whose file did not load. */
  readonly photoFailed: Text;
  /** A video that the browser cannot play, or that did not load. */
  readonly videoFailed: Text;
}

/** Every text of the viewer. The uploader has its own in `uploader/strings`. */
export interface Strings extends FirstStrings, LateStrings {}

/** The texts at hand: English has its late ones where they are used, see `withLateTexts`. */
export type Texts = FirstStrings & Partial<LateStrings>;

/** Texts a page puts in place of the element's own, by the name of the text. */
export type StringOverrides = Readonly<Record<string, Text>>;
