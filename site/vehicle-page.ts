import type { PublicVehicle } from './documents.ts';
import { html, jsonScript, type SafeHtml } from './html.ts';
import type { PageContent } from './page.ts';
import { picture } from './picture.ts';
import { vehiclePath } from './showroom-page.ts';
import { vehicleJsonLd } from './vehicle-json-ld.ts';
import { CONDITION_WORDS, mileageWords, priceWords } from './vehicle-words.ts';

function facts(vehicle: PublicVehicle): [string, string | number][] {
  const rows: [string, string | number | null][] = [
    ['Year', vehicle.year],
    ['Make', vehicle.make],
    ['Model', vehicle.model],
    ['Trim', vehicle.trim],
    ['Body', vehicle.bodyStyle],
    ['Condition', vehicle.condition && CONDITION_WORDS[vehicle.condition]],
    ['Mileage', vehicle.mileage === null ? null : mileageWords(vehicle.mileage, vehicle.price)],
    ['Exterior', vehicle.exteriorColor],
    ['Interior', vehicle.interiorColor],
    ['Stock number', vehicle.stockNumber],
    ['VIN', vehicle.vin],
  ];
  return rows.filter((row): row is [string, string | number] => row[1] !== null && row[1] !== '');
}

/** What another site pastes to show this gallery. */
function embedSnippet(vehicleId: string, publicUrl: string): string {
  const at = (path: string) => new URL(path, publicUrl).href;
  return [
    html`<script type="module" src="${at('/embed/v1.js')}"></script>`,
    html`<vehicle-media endpoint="${at('/graphql')}" vehicle="${vehicleId}"></vehicle-media>`,
  ].join('\n');
}

function gallery(vehicle: PublicVehicle): SafeHtml {
  const first = picture(vehicle.heroMedia, {
    alt: vehicle.title,
    sizes: '(min-width: 1180px) 760px, 96vw',
    eager: true,
  });
  return html`<vehicle-media endpoint="/graphql" vehicle="${vehicle.id}" no-json-ld
    >${first}</vehicle-media
  >`;
}

function description(text: string | null): SafeHtml | null {
  if (!text) return null;
  return html`<section class="description" aria-labelledby="about">
    <h2 id="about">About this vehicle</h2>
    ${text.split(/\n\s*\n/).map((paragraph) => html`<p dir="auto">${paragraph}</p>`)}
  </section>`;
}

export function vehiclePage(vehicle: PublicVehicle, publicUrl: string): PageContent {
  const url = new URL(vehiclePath(vehicle.id), publicUrl).href;
  const summary = [
    vehicle.condition && CONDITION_WORDS[vehicle.condition],
    vehicle.mileage === null ? null : mileageWords(vehicle.mileage, vehicle.price),
    vehicle.exteriorColor,
  ].filter((fact) => fact !== null && fact !== '');
  const words = [...summary, priceWords(vehicle.price)];
  return {
    title: `${vehicle.title} | ${vehicle.dealership.name}`,
    description: `${vehicle.title}: ${words.join(', ')}.`,
    canonicalUrl: url,
    imageUrl: vehicle.heroMedia?.preview?.url ?? null,
    head: html`<script type="module" src="/embed/v1.js"></script>
      ${jsonScript(vehicleJsonLd(vehicle, url))}`,
    main: html`<nav class="breadcrumb" aria-label="Breadcrumb">
        <ol>
          <li><a href="/">Showroom</a></li>
          <li aria-current="page"><bdi>${vehicle.title}</bdi></li>
        </ol>
      </nav>
      <article class="vehicle">
        <header class="vehicle-head">
          <h1><bdi>${vehicle.title}</bdi></h1>
          <p class="vehicle-summary"><bdi>${summary.join(' · ')}</bdi></p>
          <p class="vehicle-price">${priceWords(vehicle.price)}</p>
        </header>
        <div class="vehicle-gallery">${gallery(vehicle)}</div>
        <section class="vehicle-facts" aria-labelledby="facts">
          <h2 id="facts">Specification</h2>
          <dl class="facts">
            ${facts(vehicle).map(
              ([name, value]) =>
                html`<div>
                  <dt>${name}</dt>
                  <dd><bdi>${value}</bdi></dd>
                </div>`,
            )}
          </dl>
        </section>
        <div class="vehicle-more">
          ${description(vehicle.description)}
          <section class="embed" aria-labelledby="embed">
            <h2 id="embed">Show this gallery on another site</h2>
            <p>Click the lines to select them, copy, and paste them where the photos should be.</p>
            <pre class="snippet"><code>${embedSnippet(vehicle.id, publicUrl)}</code></pre>
          </section>
        </div>
      </article>`,
  };
}
