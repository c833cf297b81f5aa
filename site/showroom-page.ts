import type { ShowroomData, ShowroomVehicle } from './documents.ts';
import { attributes, html, type SafeHtml } from './html.ts';
import type { PageContent } from './page.ts';
import { framedPicture } from './picture.ts';
import {
  CONDITION_CHOICES,
  showroomPath,
  SORT_CHOICES,
  type ShowroomQuery,
} from './showroom-query.ts';
import { CONDITION_WORDS, countWords, mileageWords, priceWords } from './vehicle-words.ts';

const CARD_SIZES = '(min-width: 1180px) 360px, (min-width: 640px) 46vw, 92vw';
/** Cards that are in view on a common screen. */
const EAGER_CARDS = 3;

export function vehiclePath(id: string): string {
  return `/vehicles/${encodeURIComponent(id)}`;
}

function card(vehicle: ShowroomVehicle, index: number): SafeHtml {
  const facts = [
    vehicle.mileage === null ? null : mileageWords(vehicle.mileage, vehicle.price),
    vehicle.bodyStyle,
  ].filter((fact) => fact !== null && fact !== '');
  return html`<li class="card">
    ${framedPicture(vehicle.heroMedia, { alt: vehicle.title, sizes: CARD_SIZES, eager: index < EAGER_CARDS })}
    ${vehicle.condition && html`<span class="badge badge-${vehicle.condition.toLowerCase()}">${CONDITION_WORDS[vehicle.condition]}</span>`}
    <div class="card-body">
      <h2 class="card-title">
        <a href="${vehiclePath(vehicle.id)}"><bdi>${vehicle.title}</bdi></a>
      </h2>
      <p class="card-facts"><bdi>${facts.join(' · ')}</bdi></p>
      <p class="card-price">${priceWords(vehicle.price)}</p>
    </div>
  </li>`;
}

function option(value: string, label: string, selected: boolean): SafeHtml {
  return html`<option${attributes({ value, selected })}>${label}</option>`;
}

function searchForm(query: ShowroomQuery): SafeHtml {
  return html`<form class="search" action="/" method="get" role="search" aria-label="Vehicles">
    <div class="field search-text">
      <label for="q">Search</label
      ><input
        id="q"
        type="search"
        name="q"
        value="${query.search}"
        placeholder="Make, model, stock number"
        maxlength="100"
        autocomplete="off"
      />
    </div>
    <div class="field">
      <label for="condition">Condition</label
      ><select id="condition" name="condition">
        ${option('', 'All', query.condition === null)}
        ${Object.entries(CONDITION_CHOICES).map(([value, condition]) =>
          option(value, CONDITION_WORDS[condition], value === query.condition),
        )}
      </select>
    </div>
    <div class="field">
      <label for="sort">Sort by</label
      ><select id="sort" name="sort">
        ${Object.entries(SORT_CHOICES).map(([value, { label }]) => option(value, label, value === query.sort))}
      </select>
    </div>
    <button class="button button-primary" type="submit">Show</button>
  </form>`;
}

function pageLinks(query: ShowroomQuery, { pageInfo }: ShowroomData['vehicles']): SafeHtml | null {
  const { startCursor, endCursor } = pageInfo;
  const hasPrevious = query.before === null ? query.after !== null : pageInfo.hasPreviousPage;
  const hasNext = query.before === null ? pageInfo.hasNextPage : true;
  const previous = hasPrevious && startCursor !== null;
  const next = hasNext && endCursor !== null;
  if (!previous && !next) return null;
  const link = (to: Partial<ShowroomQuery>, rel: string, label: string) =>
    html`<a
      class="button"
      rel="${rel}"
      href="${showroomPath({ ...query, after: null, before: null, ...to })}"
      >${label}</a
    >`;
  return html`<nav class="pages" aria-label="Pages">
    ${previous && link({ before: startCursor }, 'prev', 'Previous')}
    ${next && link({ after: endCursor }, 'next', 'Next')}
  </nav>`;
}

function nothingFound(isFiltered: boolean): SafeHtml {
  return isFiltered
    ? html`<div class="empty">
        <h2>Nothing matches that search</h2>
        <p>Try fewer words or another condition.</p>
        <a class="button" href="/">Show all vehicles</a>
      </div>`
    : html`<div class="empty">
        <h2>The showroom is being stocked</h2>
        <p>Vehicles appear here as soon as they are published.</p>
      </div>`;
}

export function showroomPage(
  query: ShowroomQuery,
  data: ShowroomData,
  publicUrl: string,
): PageContent {
  const { vehicles, stock } = data;
  const dealership = stock.nodes[0]?.dealership.name ?? 'Showroom';
  const isFiltered = query.search !== '' || query.condition !== null;
  const isFirst = query.after === null && query.before === null;
  const found = countWords(vehicles.totalCount, 'vehicle', 'vehicles');
  return {
    title: `${dealership}: vehicles in stock`,
    description: `${countWords(stock.totalCount, 'vehicle', 'vehicles')} in stock at ${dealership}.`,
    canonicalUrl: isFirst && !isFiltered ? new URL('/', publicUrl).href : undefined,
    imageUrl: vehicles.nodes[0]?.heroMedia?.preview?.url ?? null,
    noIndex: isFiltered,
    main: html`<div class="showroom-intro">
        <h1>${dealership}</h1>
        <p>${isFiltered ? `${found} found` : `${found} in stock`}</p>
      </div>
      ${searchForm(query)}
      ${
        vehicles.nodes.length === 0
          ? nothingFound(isFiltered || !isFirst)
          : html`<ul class="cards">
                ${vehicles.nodes.map(card)}
              </ul>
              ${pageLinks(query, vehicles)}`
      }`,
  };
}
