import type { Role } from './role-words.ts';
import type { Price, VehicleCondition, VehicleStatus } from '../vehicle-words.ts';

export interface UserError {
  message: string;
  code: string;
  /** Path from the arguments, such as ["input", "vehicle", "vin"]. */
  field: string[] | null;
}

export interface LogInData {
  logIn: { session: { token: string; expiresAt: string } | null; userErrors: UserError[] };
}

export const LOG_IN = /* GraphQL */ `
  mutation LogIn($input: LogInInput!) {
    logIn(input: $input) {
      session {
        token
        expiresAt
      }
      userErrors {
        message
        code
        field
      }
    }
  }
`;

export interface Membership {
  dealership: { id: string; name: string };
  role: Role;
}

export interface Viewer extends Membership {
  user: { id: string; email: string; name: string };
  rights: string[];
  /** Where else the person works, this dealership among them. */
  memberships: Membership[];
}

export interface ViewerData {
  viewer: Viewer | null;
}

export const VIEWER = /* GraphQL */ `
  query Viewer {
    viewer {
      user {
        id
        email
        name
      }
      dealership {
        id
        name
      }
      role
      rights
      memberships {
        dealership {
          id
          name
        }
        role
      }
    }
  }
`;

export interface ListedVehicle {
  id: string;
  title: string;
  status: VehicleStatus;
  stockNumber: string | null;
  vin: string | null;
  price: Price | null;
  updatedAt: string;
  heroMedia: {
    preview: { url: string; width: number; height: number } | null;
    srcset?: string | null;
  } | null;
  media: { totalCount: number };
}

export interface VehicleListData {
  vehicles: {
    totalCount: number;
    nodes: ListedVehicle[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

export const VEHICLE_LIST = /* GraphQL */ `
  query StaffVehicles($first: Int!, $after: String, $filter: VehicleFilter) {
    vehicles(
      first: $first
      after: $after
      filter: $filter
      sort: { by: UPDATED_AT, direction: DESC }
    ) {
      totalCount
      nodes {
        id
        title
        status
        stockNumber
        vin
        price {
          amount
          currency
        }
        updatedAt
        heroMedia {
          preview {
            url
            width
            height
          }
          ... on ImageMedia {
            srcset(format: WEBP)
          }
        }
        media(first: 1) {
          totalCount
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

export interface VehicleDetails {
  id: string;
  title: string;
  status: VehicleStatus;
  vin: string | null;
  stockNumber: string | null;
  year: number | null;
  make: string | null;
  model: string | null;
  trim: string | null;
  bodyStyle: string | null;
  condition: VehicleCondition | null;
  price: Price | null;
  mileage: number | null;
  exteriorColor: string | null;
  interiorColor: string | null;
  description: string | null;
  createdAt: string;
  updatedAt: string;
  publishedAt: string | null;
}

const VEHICLE_DETAILS = /* GraphQL */ `
  fragment Details on Vehicle {
    id
    title
    status
    vin
    stockNumber
    year
    make
    model
    trim
    bodyStyle
    condition
    price {
      amount
      currency
    }
    mileage
    exteriorColor
    interiorColor
    description
    createdAt
    updatedAt
    publishedAt
  }
`;

export interface VehicleData {
  vehicle: VehicleDetails | null;
}

export const VEHICLE = /* GraphQL */ `
  query StaffVehicle($id: ID!) {
    vehicle(id: $id) {
      ...Details
    }
  }
  ${VEHICLE_DETAILS}
`;

export interface SameVehicleData {
  byVin?: { id: string; title: string } | null;
  byStockNumber?: { id: string; title: string } | null;
}

/** Asked before adding: an upsert by a known VIN or stock number would change that vehicle. */
export const SAME_VEHICLE = /* GraphQL */ `
  query SameVehicle(
    $vin: String
    $stockNumber: String
    $hasVin: Boolean!
    $hasStockNumber: Boolean!
  ) {
    byVin: vehicle(vin: $vin) @include(if: $hasVin) {
      id
      title
    }
    byStockNumber: vehicle(stockNumber: $stockNumber) @include(if: $hasStockNumber) {
      id
      title
    }
  }
`;

export interface SaveVehicleData {
  upsertVehicle: { vehicle: VehicleDetails | null; userErrors: UserError[] };
}

export const SAVE_VEHICLE = /* GraphQL */ `
  mutation SaveVehicle($input: UpsertVehicleInput!) {
    upsertVehicle(input: $input) {
      vehicle {
        ...Details
      }
      userErrors {
        message
        code
        field
      }
    }
  }
  ${VEHICLE_DETAILS}
`;

export interface DeleteVehicleData {
  deleteVehicle: { deletedId: string | null; userErrors: UserError[] };
}

export const DELETE_VEHICLE = /* GraphQL */ `
  mutation DeleteVehicle($input: DeleteVehicleInput!) {
    deleteVehicle(input: $input) {
      deletedId
      userErrors {
        message
        code
        field
      }
    }
  }
`;

interface StorageShare {
  usedCount: number;
  usedBytes: number;
  reservedCount: number;
  reservedBytes: number;
}

/** Room that is taken; a limit of null is none. */
export interface StorageUsage {
  images: Pick<StorageShare, 'usedBytes'>;
  videos: Pick<StorageShare, 'usedBytes'>;
  total: StorageShare;
  limitCount: number | null;
  limitBytes: number | null;
}

const STORAGE_USAGE = /* GraphQL */ `
  fragment Usage on StorageUsage {
    images {
      usedBytes
    }
    videos {
      usedBytes
    }
    total {
      usedCount
      usedBytes
      reservedCount
      reservedBytes
    }
    limitCount
    limitBytes
  }
`;

export interface VehicleUsageData {
  vehicle: { storageUsage: StorageUsage | null } | null;
}

export const VEHICLE_USAGE = /* GraphQL */ `
  query VehicleUsage($id: ID!) {
    vehicle(id: $id) {
      storageUsage {
        ...Usage
      }
    }
  }
  ${STORAGE_USAGE}
`;

export interface DealershipUsageData {
  viewer: { dealership: { storageUsage: StorageUsage | null } } | null;
}

export const DEALERSHIP_USAGE = /* GraphQL */ `
  query DealershipUsage {
    viewer {
      dealership {
        storageUsage {
          ...Usage
        }
      }
    }
  }
  ${STORAGE_USAGE}
`;
