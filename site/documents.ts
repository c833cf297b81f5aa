import type { Price, VehicleCondition } from './vehicle-words.ts';

/** What a picture needs to be shown; `srcset` and the upright size are absent on videos. */
export interface HeroMedia {
  alt: string | null;
  placeholder: string | null;
  preview: { url: string; width: number; height: number } | null;
  srcset?: string | null;
}

const HERO = /* GraphQL */ `
  fragment Hero on Media {
    alt
    placeholder
    preview {
      url
      width
      height
    }
    ... on ImageMedia {
      srcset(format: WEBP)
    }
  }
`;

export interface ShowroomVehicle {
  id: string;
  title: string;
  condition: VehicleCondition | null;
  bodyStyle: string | null;
  mileage: number | null;
  price: Price | null;
  heroMedia: HeroMedia | null;
}

export interface ShowroomData {
  /** The whole public stock, whatever is searched for. */
  stock: { totalCount: number; nodes: { dealership: { name: string } }[] };
  vehicles: {
    totalCount: number;
    nodes: ShowroomVehicle[];
    pageInfo: {
      hasNextPage: boolean;
      hasPreviousPage: boolean;
      startCursor: string | null;
      endCursor: string | null;
    };
  };
}

export const SHOWROOM = /* GraphQL */ `
  query Showroom(
    $first: Int
    $after: String
    $last: Int
    $before: String
    $filter: VehicleFilter
    $sort: VehicleSort
  ) {
    stock: vehicles(first: 1) {
      totalCount
      nodes {
        dealership {
          name
        }
      }
    }
    vehicles(
      first: $first
      after: $after
      last: $last
      before: $before
      filter: $filter
      sort: $sort
    ) {
      totalCount
      nodes {
        id
        title
        condition
        bodyStyle
        mileage
        price {
          amount
          currency
        }
        heroMedia {
          ...Hero
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
  ${HERO}
`;

export interface PublicVehicle {
  id: string;
  title: string;
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
  dealership: { name: string };
  heroMedia: HeroMedia | null;
  media: { totalCount: number; nodes: { preview: { url: string } | null }[] };
}

export interface VehiclePageData {
  vehicle: PublicVehicle | null;
}

export const VEHICLE_PAGE = /* GraphQL */ `
  query VehiclePage($id: ID!) {
    vehicle(id: $id) {
      id
      title
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
      dealership {
        name
      }
      heroMedia {
        ...Hero
      }
      media(first: 12) {
        totalCount
        nodes {
          preview {
            url
          }
        }
      }
    }
  }
  ${HERO}
`;
