import type { Vehicle } from '../../generated/prisma/client.ts';

/** What vehicles and dealerships count: triggers of the database keep it. */
export type UsageRow = Pick<
  Vehicle,
  | 'imageCount'
  | 'imageBytes'
  | 'videoCount'
  | 'videoBytes'
  | 'reservedImageCount'
  | 'reservedImageBytes'
  | 'reservedVideoCount'
  | 'reservedVideoBytes'
>;

export const USAGE_COLUMNS = {
  imageCount: true,
  imageBytes: true,
  videoCount: true,
  videoBytes: true,
  reservedImageCount: true,
  reservedImageBytes: true,
  reservedVideoCount: true,
  reservedVideoBytes: true,
} as const satisfies Record<keyof UsageRow, true>;

/** Of one kind of media: what is there, and what open tickets will need beyond it. */
export interface Share {
  usedCount: number;
  usedBytes: number;
  reservedCount: number;
  reservedBytes: number;
}

/** Room that a vehicle or a dealership has taken; a limit of null is none. */
export interface StorageUsage {
  images: Share;
  videos: Share;
  total: Share;
  limitCount: number | null;
  limitBytes: number | null;
}

export interface UsageLimits {
  maxMediaPerVehicle: number;
  maxBytesPerVehicle: number;
  maxBytesPerDealership: number | null;
}

export function vehicleUsage(row: UsageRow, limits: UsageLimits): StorageUsage {
  return {
    ...sharesOf(row),
    limitCount: limits.maxMediaPerVehicle,
    limitBytes: limits.maxBytesPerVehicle,
  };
}

export function dealershipUsage(row: UsageRow, limits: UsageLimits): StorageUsage {
  return { ...sharesOf(row), limitCount: null, limitBytes: limits.maxBytesPerDealership };
}

function sharesOf(row: UsageRow): Pick<StorageUsage, 'images' | 'videos' | 'total'> {
  const images = {
    usedCount: row.imageCount,
    usedBytes: Number(row.imageBytes),
    reservedCount: row.reservedImageCount,
    reservedBytes: Number(row.reservedImageBytes),
  };
  const videos = {
    usedCount: row.videoCount,
    usedBytes: Number(row.videoBytes),
    reservedCount: row.reservedVideoCount,
    reservedBytes: Number(row.reservedVideoBytes),
  };
  const total = {
    usedCount: images.usedCount + videos.usedCount,
    usedBytes: images.usedBytes + videos.usedBytes,
    reservedCount: images.reservedCount + videos.reservedCount,
    reservedBytes: images.reservedBytes + videos.reservedBytes,
  };
  return { images, videos, total };
}
