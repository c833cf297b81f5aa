import { target } from './queue/selections.ts';

/** The selection of MediaItem, with what only staff may see. */
const media =
  'id kind status position alt caption placeholder updatedAt errors{code message retryable} warnings{code message} original{fileName} vehicle{mediaVersion} ... on ImageMedia{width height renditions{url width height format}} ... on VideoMedia{durationMs sources{url contentType codecs} width height renditions{url width height format}}';
const userErrors =
  'userErrors{__typename code message ... on FileTooLargeError{limitBytes} ... on RateLimitedError{retryAfterSeconds} ... on VersionConflictError{currentVersion currentOrder}}';

export const requestUploads = `mutation RequestUploads($input:RequestUploadsInput!){requestUploads(input:$input){results{upload{id clientRef status ${target} media{id}} ${userErrors}}}}`;

export const refreshUpload = `mutation RefreshUpload($input:RefreshUploadInput!){refreshUpload(input:$input){upload{id status ${target} media{id}} ${userErrors}}}`;

export const completeUpload = `mutation CompleteUpload($input:CompleteUploadInput!){completeUpload(input:$input){media{${media}} ${userErrors}}}`;

export const cancelUpload = `mutation CancelUpload($input:CancelUploadInput!){cancelUpload(input:$input){${userErrors}}}`;

export const updateMedia = `mutation UpdateMedia($input:UpdateMediaInput!){updateMedia(input:$input){media{${media}} ${userErrors}}}`;

export const reorderMedia = `mutation ReorderMedia($input:ReorderMediaInput!){reorderMedia(input:$input){vehicle{id mediaVersion} ${userErrors}}}`;

export const deleteMedia = `mutation DeleteMedia($input:DeleteMediaInput!){deleteMedia(input:$input){deletedIds ${userErrors}}}`;

export const restoreMedia = `mutation RestoreMedia($input:RestoreMediaInput!){restoreMedia(input:$input){media{${media}} ${userErrors}}}`;

export const uploadPolicy = `query UploadPolicy{viewer{dealership{uploadPolicy{maxImageBytes maxVideoBytes}}}}`;

export const retryMedia = `mutation RetryMedia($input:RetryMediaInput!){retryMedia(input:$input){media{${media}} ${userErrors}}}`;
