import type {
  Media as MediaRow,
  MediaKind as Kind,
  Rendition,
} from '../../generated/prisma/client.ts';
import { may } from '../accounts/rights.ts';
import { MEDIA_ERROR_TEXT, mediaErrorText, type MediaErrorCode } from '../media/media-failure.ts';
import { VIDEO_TYPE } from '../media/media-type.ts';
import { warningText } from '../media/media-warning.ts';
import { POSTER_WIDTH, PREVIEW_WIDTH } from '../media/rendition-choice.ts';
import { playsEverywhere } from '../media/video-codecs.ts';
import { builder } from './builder.ts';
import { ImageFormat, MediaKind, MediaStatus } from './enums.ts';
import { Node } from './node.ts';
import { encodeId } from '../node-id.ts';

const ErrorCode = builder.enumType('MediaErrorCode', {
  description: 'Why a media cannot be shown, or not to everybody, for programs.',
  values: Object.fromEntries(
    Object.entries(MEDIA_ERROR_TEXT).map(([code, { message }]) => [code, { description: message }]),
  ) as Record<MediaErrorCode, { description: string }>,
});

/** What is wrong with which kind of media. */
interface Trouble {
  code: MediaErrorCode;
  kind: Kind;
}

const MediaError = builder.objectRef<Trouble>('MediaError').implement({
  description: 'Why a media cannot be shown.',
  fields: (t) => ({
    code: t.field({ type: ErrorCode, description: 'For programs.', resolve: ({ code }) => code }),
    message: t.string({
      description: 'For people: what is wrong and what to do.',
      resolve: ({ code, kind }) => mediaErrorText(code, kind).message,
    }),
    retryable: t.boolean({
      description: 'Whether `retryMedia` may help.',
      resolve: ({ code, kind }) => mediaErrorText(code, kind).retryable,
    }),
  }),
});

const MediaWarning = builder.objectRef<Trouble>('MediaWarning').implement({
  description:
    'Something about a media that is shown all the same: its newer version failed, its poster did, or not every browser plays it.',
  fields: (t) => ({
    code: t.field({ type: ErrorCode, description: 'For programs.', resolve: ({ code }) => code }),
    message: t.string({
      description: 'For people.',
      resolve: ({ code, kind }) => warningText(code, kind),
    }),
  }),
});

const ImageRendition = builder.objectRef<Rendition>('ImageRendition').implement({
  description:
    'A picture at one size in one format. Its address changes with its content and can be cached for ever.',
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      description: 'Public.',
      resolve: ({ storageKey }, _, { storage }) => storage.publicUrl(storageKey),
    }),
    width: t.exposeInt('width', { description: 'In pixels.' }),
    height: t.exposeInt('height', { description: 'In pixels.' }),
    format: t.field({
      type: ImageFormat,
      description: 'How it is encoded.',
      resolve: ({ format }) => format,
    }),
    byteSize: t.expose('byteSize', {
      type: 'ByteSize',
      nullable: true,
      description: 'Null when it is not known.',
    }),
  }),
});

interface OriginalShape {
  originalFileName: string;
  originalContentType: string;
  originalByteSize: bigint;
  originalSha256: string | null;
}

const OriginalFile = builder.objectRef<OriginalShape>('OriginalFile').implement({
  description: 'The file that was uploaded. It is never served as it came.',
  fields: (t) => ({
    fileName: t.exposeString('originalFileName', { description: 'As the client named it.' }),
    contentType: t.exposeString('originalContentType', {
      description: 'Its media type, verified by its bytes.',
    }),
    byteSize: t.field({
      type: 'ByteSize',
      description: 'Its size.',
      resolve: (media) => media.originalByteSize,
    }),
    sha256: t.field({
      type: 'Sha256',
      description: 'Of its bytes, computed by the server.',
      resolve: (media) => media.originalSha256 ?? '',
    }),
  }),
});

function warningsOf({ warningCode, videoCodecs }: MediaRow): MediaErrorCode[] {
  return [
    ...(warningCode ? [warningCode as MediaErrorCode] : []),
    ...(videoCodecs && !playsEverywhere(videoCodecs) ? ['LIMITED_PLAYBACK' as const] : []),
  ];
}

/** A video whose remuxed file is there. */
type PlayableVideo = MediaRow & { videoKey: string };

const VideoSource = builder.objectRef<PlayableVideo>('VideoSource').implement({
  description:
    'A file that browsers play and seek in by ranges. Its address changes with its content and can be cached for ever.',
  fields: (t) => ({
    url: t.field({
      type: 'URL',
      description: 'Public.',
      resolve: ({ videoKey }, _, { storage }) => storage.publicUrl(videoKey),
    }),
    contentType: t.string({ description: 'video/mp4.', resolve: () => VIDEO_TYPE }),
    codecs: t.string({
      description: 'As the `codecs` parameter of a media type has them (RFC 6381).',
      resolve: ({ videoCodecs }) => videoCodecs ?? '',
    }),
    width: t.int({ description: 'When upright, in pixels.', resolve: ({ width }) => width ?? 0 }),
    height: t.int({
      description: 'When upright, in pixels.',
      resolve: ({ height }) => height ?? 0,
    }),
    byteSize: t.field({
      type: 'ByteSize',
      description: 'Its size.',
      resolve: ({ videoByteSize }) => videoByteSize ?? 0,
    }),
  }),
});

/** The order in which `srcset` and clients expect renditions: by width. */
function byWidth(
  renditions: readonly Rendition[],
  format?: Rendition['format'] | null,
): Rendition[] {
  return renditions
    .filter((rendition) => !format || rendition.format === format)
    .sort((a, b) => a.width - b.width || a.format.localeCompare(b.format));
}

export const Media = builder.prismaInterface('Media', {
  name: 'Media',
  description: 'A picture or film of a vehicle.',
  interfaces: [Node],
  include: { renditions: true },
  resolveType: ({ kind }) => (kind === 'VIDEO' ? 'VideoMedia' : 'ImageMedia'),
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('Media', id) }),
    kind: t.expose('kind', { type: MediaKind, description: 'Picture or film.' }),
    status: t.expose('status', {
      type: MediaStatus,
      description: 'Where it is on its way to the page.',
    }),
    position: t.exposeInt('position', {
      description: 'Sorts the gallery, ascending. Gaps are allowed.',
    }),
    alt: t.exposeString('alt', {
      nullable: true,
      description: 'What it shows, for those who do not see it. Null when nobody wrote it.',
    }),
    caption: t.exposeString('caption', {
      nullable: true,
      description: 'What is written under it. Null when nobody wrote it.',
    }),
    tags: t.exposeStringList('tags', { description: 'Free words.' }),
    groupKey: t.exposeString('groupKey', {
      nullable: true,
      description: 'Keeps media together, such as `exterior`. Null when there is none.',
    }),
    errors: t.field({
      type: [MediaError],
      description: 'Why it FAILED; empty otherwise.',
      resolve: ({ errorCode, kind }) =>
        errorCode ? [{ code: errorCode as MediaErrorCode, kind }] : [],
    }),
    warnings: t.field({
      type: [MediaWarning],
      description: 'What staff should know of a media that is shown.',
      resolve: (media, _, { viewer }) =>
        may(viewer, 'read') ? warningsOf(media).map((code) => ({ code, kind: media.kind })) : [],
    }),
    placeholder: t.exposeString('placeholder', {
      nullable: true,
      description:
        'A ThumbHash in base64, to show until the picture is there. Null until READY, and for a video without a poster.',
    }),
    preview: t.field({
      type: ImageRendition,
      nullable: true,
      description: `A JPEG for lists, ${PREVIEW_WIDTH} pixels wide or the next there is; the poster of a video. Null until READY, and for a video without a poster.`,
      resolve: ({ renditions }) => {
        const jpegs = byWidth(renditions, 'JPEG');
        return jpegs.find(({ width }) => width >= PREVIEW_WIDTH) ?? jpegs.at(-1) ?? null;
      },
    }),
    original: t.field({
      type: OriginalFile,
      nullable: true,
      description: 'The file that was uploaded. Null to the public, and until it arrived.',
      resolve: (media, _, { viewer }) =>
        may(viewer, 'read') && media.originalSha256 ? media : null,
    }),
    vehicle: t.relation('vehicle', { description: 'Whose media it is.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When its upload was asked for.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    readyAt: t.expose('readyAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it could first be shown. Null until then.',
    }),
  }),
});

builder.prismaObject('Media', {
  variant: 'ImageMedia',
  description: 'A picture.',
  interfaces: [Node, Media],
  include: { renditions: true },
  fields: (t) => ({
    width: t.exposeInt('width', {
      nullable: true,
      description: 'Of the original when upright, in pixels. Null until READY.',
    }),
    height: t.exposeInt('height', {
      nullable: true,
      description: 'Of the original when upright, in pixels. Null until READY.',
    }),
    renditions: t.field({
      type: [ImageRendition],
      description: 'Every size, by width; empty until READY.',
      args: { format: t.arg({ type: ImageFormat, description: 'Only this one.' }) },
      resolve: ({ renditions }, { format }) => byWidth(renditions, format),
    }),
    srcset: t.string({
      nullable: true,
      description:
        'Every width of one format, as the attribute of the same name takes it. Null until READY.',
      args: {
        format: t.arg({
          type: ImageFormat,
          defaultValue: 'JPEG',
          description: 'JPEG unless said otherwise.',
        }),
      },
      resolve: ({ renditions }, { format }, { storage }) =>
        byWidth(renditions, format ?? 'JPEG')
          .map(({ storageKey, width }) => `${storage.publicUrl(storageKey)} ${width}w`)
          .join(', ') || null,
    }),
  }),
});

builder.prismaObject('Media', {
  variant: 'VideoMedia',
  description: 'A film.',
  interfaces: [Node, Media],
  include: { renditions: true },
  fields: (t) => ({
    width: t.exposeInt('width', {
      nullable: true,
      description: 'When upright, in pixels. Null until READY.',
    }),
    height: t.exposeInt('height', {
      nullable: true,
      description: 'When upright, in pixels. Null until READY.',
    }),
    durationMs: t.exposeInt('durationMs', {
      nullable: true,
      description: 'In milliseconds. Null until READY.',
    }),
    sources: t.field({
      type: [VideoSource],
      description:
        'What a player tries, one after the other: without metadata, with the index first. Empty until READY.',
      resolve: (media) => (media.videoKey ? [media as PlayableVideo] : []),
    }),
    poster: t.field({
      type: ImageRendition,
      nullable: true,
      description: `A JPEG to show until it plays, up to ${POSTER_WIDTH} pixels wide. Null when none was uploaded.`,
      resolve: ({ renditions }) => {
        const jpegs = byWidth(renditions, 'JPEG');
        return jpegs.findLast(({ width }) => width <= POSTER_WIDTH) ?? jpegs[0] ?? null;
      },
    }),
    renditions: t.field({
      type: [ImageRendition],
      description: 'Every size of the poster, by width; empty when none was uploaded.',
      args: { format: t.arg({ type: ImageFormat, description: 'Only this one.' }) },
      resolve: ({ renditions }, { format }) => byWidth(renditions, format),
    }),
  }),
});
