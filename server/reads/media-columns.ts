import { MEDIA_ERROR_TEXT, mediaErrorText, type MediaErrorCode } from '../media/media-failure.ts';
import { VIDEO_TYPE } from '../media/media-type.ts';
import { warningText } from '../media/media-warning.ts';
import { POSTER_WIDTH, PREVIEW_WIDTH } from '../media/rendition-choice.ts';
import type { SelectedField } from './selection.ts';
import {
  columnList,
  jsonArray,
  jsonList,
  jsonObject,
  moment,
  nodeId,
  NotCovered,
  type Column,
  type Columns,
  type Statement,
} from './statement.ts';
import { visibleRows } from './visible.ts';

const renditionColumns: Columns = {
  url: (row, _, statement) =>
    `${statement.value(statement.mediaBase, 'text')} || ${row}.storage_key`,
  width: (row) => `${row}.width`,
  height: (row) => `${row}.height`,
  format: (row) => `${row}.format`,
  byteSize: (row) => `${row}.byte_size`,
};

function renditionsFrom(media: string, row: string, statement: Statement, format?: string): string {
  const ofFormat = format === undefined ? '' : ` and ${row}.format = '${format}'`;
  return `from renditions ${row} where ${row}.media_id = ${media}.id and ${visibleRows('renditions', row, statement)}${ofFormat}`;
}

/** The one that is first in an order. */
function oneRendition(
  media: string,
  field: SelectedField,
  statement: Statement,
  order: (row: string) => string,
): string {
  const row = statement.row();
  const list = columnList('ImageRendition', renditionColumns, row, field, statement);
  return jsonObject(
    list,
    `${renditionsFrom(media, row, statement, 'JPEG')} order by ${order(row)} limit 1`,
  );
}

const FORMATS = ['WEBP', 'JPEG', 'AVIF'];

function formatOf({ args }: SelectedField, { variables }: Statement): string | undefined {
  const { format } = args(variables);
  if (format === undefined || format === null) return undefined;
  if (typeof format !== 'string' || !FORMATS.includes(format)) throw new NotCovered();
  return format;
}

const renditions: Column = (media, field, statement) => {
  const row = statement.row();
  const list = columnList('ImageRendition', renditionColumns, row, field, statement);
  const from = renditionsFrom(media, row, statement, formatOf(field, statement));
  return jsonArray(list, `${from} order by ${row}.width, ${row}.format::text collate "C"`);
};

const srcset: Column = (media, field, statement) => {
  const row = statement.row();
  const base = statement.value(statement.mediaBase, 'text');
  const from = renditionsFrom(media, row, statement, formatOf(field, statement) ?? 'JPEG');
  return `(select string_agg(${base} || ${row}.storage_key || ' ' || ${row}.width || 'w', ', ' order by ${row}.width) ${from})`;
};

const sourceColumns: Columns = {
  url: (row, _, statement) => `${statement.value(statement.mediaBase, 'text')} || ${row}.video_key`,
  contentType: () => `'${VIDEO_TYPE}'`,
  codecs: (row) => `coalesce(${row}.video_codecs, '')`,
  width: (row) => `coalesce(${row}.width, 0)`,
  height: (row) => `coalesce(${row}.height, 0)`,
  byteSize: (row) => `coalesce(${row}.video_byte_size, 0)`,
};

const sources: Column = (media, field, statement) => {
  const list = columnList('VideoSource', sourceColumns, media, field, statement);
  return `case when ${media}.video_key is null then '[]'::json else json_build_array(${jsonObject(list)}) end`;
};

type Told = (code: MediaErrorCode, kind: 'IMAGE' | 'VIDEO') => Record<string, unknown>;

/** What is said of each code of each kind of media: the texts are the program's, not the database's. */
function table(field: SelectedField, type: string, told: Told): string {
  const rows = (Object.keys(MEDIA_ERROR_TEXT) as MediaErrorCode[]).flatMap((code) =>
    (['IMAGE', 'VIDEO'] as const).map((kind) => {
      const said: Record<string, unknown> = { __typename: type, ...told(code, kind) };
      const fields = (field.of[type] ?? []).map(({ key, name }) => [key, said[name]]);
      return [`${code}:${kind}`, Object.fromEntries(fields)];
    }),
  );
  return JSON.stringify(Object.fromEntries(rows));
}

const errors: Column = (media, field, statement) => {
  const texts = table(field, 'MediaError', (code, kind) => ({
    code,
    ...mediaErrorText(code, kind),
  }));
  const said = `${statement.value(texts, 'json')} -> (${media}.error_code || ':' || ${media}.kind)`;
  return `case when coalesce(${media}.error_code, '') = '' then '[]'::json else json_build_array(${said}) end`;
};

const warnings: Column = (media, field, statement) => {
  if (!statement.audience.reads) return `'[]'::json`;
  const texts = statement.value(
    table(field, 'MediaWarning', (code, kind) => ({ code, message: warningText(code, kind) })),
    'json',
  );
  const say = (code: string) => `(${texts} -> (${code} || ':' || ${media}.kind))::text`;
  const list = [
    `case when coalesce(${media}.warning_code, '') <> '' then ${say(`${media}.warning_code`)} end`,
    // As media/video-codecs.ts has it.
    `case when coalesce(${media}.video_codecs, '') <> '' and ${media}.video_codecs !~* '^avc[13]\\.(42|4d|64)' then ${say(`'LIMITED_PLAYBACK'`)} end`,
  ];
  return `('[' || concat_ws(',', ${list.join(', ')}) || ']')::json`;
};

const originalColumns: Columns = {
  fileName: (row) => `${row}.original_file_name`,
  contentType: (row) => `${row}.original_content_type`,
  byteSize: (row) => `${row}.original_byte_size`,
  sha256: (row) => `${row}.original_sha256`,
};

const original: Column = (media, field, statement) => {
  if (!statement.audience.reads) return 'null::json';
  const list = columnList('OriginalFile', originalColumns, media, field, statement);
  return `case when coalesce(${media}.original_sha256, '') <> '' then ${jsonObject(list)} end`;
};

const common: Columns = {
  id: (row) => nodeId('Media', row),
  kind: (row) => `${row}.kind`,
  status: (row) => `${row}.status`,
  position: (row) => `${row}.position`,
  alt: (row) => `${row}.alt`,
  caption: (row) => `${row}.caption`,
  tags: (row) => `${row}.tags`,
  groupKey: (row) => `${row}.group_key`,
  errors,
  warnings,
  placeholder: (row) => `${row}.placeholder`,
  preview: (row, field, statement) =>
    oneRendition(
      row,
      field,
      statement,
      (r) => `${r}.width < ${PREVIEW_WIDTH}, abs(${r}.width - ${PREVIEW_WIDTH})`,
    ),
  original,
  createdAt: (row) => moment(`${row}.created_at`),
  updatedAt: (row) => moment(`${row}.updated_at`),
  readyAt: (row) => moment(`${row}.ready_at`),
  width: (row) => `${row}.width`,
  height: (row) => `${row}.height`,
  renditions,
};

const imageColumns: Columns = { ...common, srcset };

const videoColumns: Columns = {
  ...common,
  durationMs: (row) => `${row}.duration_ms`,
  sources,
  poster: (row, field, statement) =>
    oneRendition(
      row,
      field,
      statement,
      (r) => `${r}.width > ${POSTER_WIDTH}, abs(${r}.width - ${POSTER_WIDTH})`,
    ),
};

/** What a media has, as a list of columns when pictures and films are asked for the same; else null. */
function sameColumns(row: string, field: SelectedField, statement: Statement) {
  const { ImageMedia: ofImage, VideoMedia: ofVideo } = field.of;
  if (!ofImage || !ofVideo) throw new NotCovered();
  const image = columnList('ImageMedia', imageColumns, row, field, statement);
  const video = columnList('VideoMedia', videoColumns, row, field, statement);
  return { image, video, isSame: image === video };
}

/** A media as JSON. */
export function mediaObject(row: string, field: SelectedField, statement: Statement): string {
  const { image, video, isSame } = sameColumns(row, field, statement);
  if (isSame) return jsonObject(image);
  return `case ${row}.kind when 'VIDEO' then ${jsonObject(video)} else ${jsonObject(image)} end`;
}

/** Media as a JSON array. `from` is where they come from, in which order, and how many. */
export function mediaArray(
  row: string,
  field: SelectedField,
  statement: Statement,
  from: string,
): string {
  const { image, isSame } = sameColumns(row, field, statement);
  if (isSame) return jsonArray(image, from);
  return `(select ${jsonList('x.node')} from (select ${mediaObject(row, field, statement)} node ${from}) x)`;
}
